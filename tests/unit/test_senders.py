"""What programs really send gives the lead that a person would expect.

The shapes are those of each program's documentation. The values are our own.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import quote, quote_from_bytes, quote_plus, urlencode

import pytest

from hotlist.capture.capture import Capture
from hotlist.config.forms_schema import compile_forms
from hotlist.events.event import Event
from hotlist.leads.classify import channel, classify
from hotlist.leads.profile import profile_of
from posted import Kept, form_request

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URLENCODED: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
NAME, EMAIL, TYPED, PHONE = "Żaneta Łuczak", "zaneta@example.org", "600 100 200", "+48600100200"
MESSAGE: Final = "Dach 120 m2,\nile to kosztuje?"

FORM: Final = """
contact:
  type: contact_requested
  default_region: PL
  fields:
    name: {{type: text, from: {name}}}
    email: {{type: email, required: true, from: {email}}}
    phone: {{type: phone, from: {phone}}}
    topics: {{type: choices, options: {{roof: Roof, battery: Battery, heat: Heat}}, from: {topics}}}
    terms: {{type: boolean, required: true, from: {terms}}}
    news: {{type: boolean, from: {news}}}
    message: {{type: message, from: {message}}}
  consents:
    email: {{version: "1", text: News by e-mail, from: {consent_email}}}
"""


Names = Mapping[str, str | list[str]]
_OWN_NAMES: Final[Names] = {}


class Sender(NamedTuple):
    """One program: under which names it sends, and a body of its with the type that it declares.

    `rest` are the names that stand in `extra`, since no field asks for them.
    """

    content_type: str
    body: str
    names: Names = _OWN_NAMES
    rest: frozenset[str] = frozenset()


def multipart(boundary: str, *fields: tuple[str, str]) -> str:
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    )
    return f"{''.join(parts)}--{boundary}--\r\n"


def in_charset(charset: str, *fields: tuple[str, str]) -> str:
    """A plain form as a browser writes it in a page of this charset."""

    def written(text: str) -> str:
        raw = text.replace("\n", "\r\n").encode(charset, "xmlcharrefreplace")
        return quote_from_bytes(raw, safe=" ").replace(" ", "+")

    return "&".join(f"{written(name)}={written(value)}" for name, value in fields)


OWN: Final = (
    ("name", NAME), ("email", EMAIL), ("phone", TYPED), ("topics", "roof"), ("topics", "battery"),
    ("terms", "on"), ("message", MESSAGE.replace("\n", "\r\n")), ("consent_email", "on"),
)  # fmt: skip

CONTACT_FORM_7: Final = {
    "name": "your-name", "email": "your-email", "phone": "your-tel", "topics": "your-topics",
    "terms": "acceptance-1", "message": "your-message",
}  # fmt: skip
ELEMENTOR: Final = {one: f"form_fields[{one}]" for one in ("name", "email", "phone", "topics")} | {
    "terms": "form_fields[field_7a1]", "message": "form_fields[message]",
}  # fmt: skip
ADVANCED: Final = {
    name: sent.replace("form_fields", "fields") + "[value]" for name, sent in ELEMENTOR.items()
}
GRAVITY: Final[Names] = {
    "name": "1", "email": "2", "phone": "3", "topics": ["4.1", "4.2", "4.3"], "terms": "5.1",
    "message": "6",
}  # fmt: skip
GRAVITY_PAGE: Final[Names] = {
    name: [f"input_{one}" for one in ([sent] if isinstance(sent, str) else sent)]
    for name, sent in GRAVITY.items()
}
WPFORMS: Final = {
    "name": "wpforms[fields][1]", "email": "wpforms[fields][2]", "phone": "wpforms[fields][3]",
    "topics": "wpforms[fields][4]", "terms": "wpforms[fields][5]",
    "message": "wpforms[fields][6]",
}  # fmt: skip
WEBFLOW: Final = {
    "name": "payload[data][Full Name]", "email": "payload[data][Email]",
    "phone": "payload[data][Phone Number]", "topics": "payload[data][Topics]",
    "terms": "payload[data][Terms]", "message": "payload[data][Message]",
}  # fmt: skip
LABELS: Final = {
    "name": "Name", "email": "Email", "phone": "Phone", "topics": "Topics", "terms": "Terms",
    "message": "Message",
}  # fmt: skip
RAILS: Final = {one: f"inquiry[{one}]" for one in (*LABELS, "news")}
ASP_NET: Final = {one: f"Input.{label}" for one, label in (*LABELS.items(), ("news", "News"))}


SENDERS: Final[dict[str, Sender]] = {
    "Contact Form 7, the page": Sender(
        "multipart/form-data; boundary=----WebKitFormBoundaryq1W2e3R4t5Y6u7I8",
        multipart(
            "----WebKitFormBoundaryq1W2e3R4t5Y6u7I8",
            ("_wpcf7", "12"), ("_wpcf7_version", "6.0"), ("_wpcf7_locale", "pl_PL"),
            ("_wpcf7_unit_tag", "wpcf7-f12-p7-o1"), ("_wpcf7_container_post", "7"),
            ("your-name", NAME), ("your-email", EMAIL), ("your-tel", TYPED),
            ("your-topics[]", "Roof"), ("your-topics[]", "Battery"), ("acceptance-1", "1"),
            ("your-message", MESSAGE.replace("\n", "\r\n")),
        ),
        CONTACT_FORM_7,
        frozenset({"_wpcf7", "_wpcf7_version", "_wpcf7_locale", "_wpcf7_unit_tag",
                   "_wpcf7_container_post"}),
    ),
    "Contact Form 7, a webhook": Sender(
        JSON,
        json.dumps({
            "your-name": NAME, "your-email": EMAIL, "your-tel": TYPED, "acceptance-1": "1",
            "your-topics": ["Roof", "Battery"], "your-message": MESSAGE,
        }),
        CONTACT_FORM_7,
    ),
    "Elementor, the page": Sender(
        URLENCODED,
        urlencode([
            ("post_id", "7"), ("form_id", "1a2b3c"), ("form_fields[name]", NAME),
            ("form_fields[email]", EMAIL), ("form_fields[phone]", TYPED),
            ("form_fields[topics][]", "Roof"), ("form_fields[topics][]", "Battery"),
            ("form_fields[field_7a1]", "on"), ("form_fields[message]", MESSAGE),
            ("form_fields[consent_email]", "on"),
        ]),
        ELEMENTOR | {"consent_email": "form_fields[consent_email]"},
        frozenset({"post_id", "form_id"}),
    ),
    "Elementor, a webhook": Sender(
        URLENCODED,
        urlencode([
            ("Name", NAME), ("Email", EMAIL), ("Phone", TYPED), ("Topics", "Roof, Battery"),
            ("Terms", "on"), ("Message", MESSAGE), ("form_id", "1a2b3c"), ("form_name", "Contact"),
        ]),
        LABELS,
        frozenset({"form_id", "form_name"}),
    ),
    "Elementor, a webhook with advanced data": Sender(
        URLENCODED,
        urlencode([
            (f"fields[{name}][{key}]", said)
            for name, title, value in (
                ("name", "Name", NAME), ("email", "Email", EMAIL), ("phone", "Phone", TYPED),
                ("topics", "Topics", "Roof, Battery"), ("field_7a1", "Terms", "on"),
                ("message", "Message", MESSAGE),
            )
            for key, said in (
                ("id", name), ("title", title), ("value", value), ("raw_value", value),
                ("required", "1"),
            )
        ]),
        ADVANCED,
        frozenset(
            f"fields[{name}][{key}]" for name in ("name", "email", "phone", "topics", "field_7a1",
            "message") for key in ("id", "title", "raw_value", "required")
        ),
    ),
    "Gravity Forms, the page": Sender(
        URLENCODED,
        urlencode([
            ("input_1", NAME), ("input_2", EMAIL), ("input_3", TYPED), ("input_4.1", "Roof"),
            ("input_4.2", "Battery"), ("input_5.1", "1"), ("input_6", MESSAGE),
            ("gform_submit", "3"), ("is_submit_3", "1"),
        ]),
        GRAVITY_PAGE,
        frozenset({"gform_submit", "is_submit_3"}),
    ),
    "Gravity Forms, a webhook with all fields": Sender(
        JSON,
        json.dumps({
            "id": "97", "form_id": "3", "post_id": None, "date_created": "2026-03-02 09:00:00",
            "is_starred": "0", "is_read": "0", "ip": "192.0.2.4", "currency": "PLN",
            "source_url": "https://www.example.com/kontakt/", "status": "active", "1": NAME,
            "2": EMAIL, "3": TYPED, "4.1": "Roof", "4.2": "Battery", "4.3": "", "5.1": "1",
            "6": MESSAGE,
        }),
        GRAVITY,
        frozenset({"id", "form_id", "date_created", "is_starred", "is_read", "ip",
                   "currency", "source_url", "status"}),
    ),
    "WPForms, the page": Sender(
        "multipart/form-data; boundary=geckoformboundary4f",
        multipart(
            "geckoformboundary4f",
            ("wpforms[fields][1]", NAME), ("wpforms[fields][2]", EMAIL),
            ("wpforms[fields][3]", TYPED), ("wpforms[fields][4][]", "Roof"),
            ("wpforms[fields][4][]", "Battery"), ("wpforms[fields][5][]", "yes"),
            ("wpforms[fields][6]", MESSAGE.replace("\n", "\r\n")), ("wpforms[id]", "31"),
        ),
        WPFORMS,
        frozenset({"wpforms[id]"}),
    ),
    "WPForms, a webhook": Sender(
        "application/json; charset=utf-8",
        json.dumps({
            "name": NAME, "email": EMAIL, "phone": TYPED, "topics": "Roof\nBattery",
            "terms": "yes", "message": MESSAGE,
        }),
    ),
    "Webflow, the page": Sender(
        URLENCODED,
        urlencode([
            ("Name", NAME), ("Email", EMAIL), ("Phone", TYPED), ("Topics", "Roof"),
            ("Topics", "Battery"), ("Terms", "on"), ("Message", MESSAGE),
        ]),
        LABELS,
    ),
    "Webflow, a webhook": Sender(
        JSON,
        json.dumps({
            "triggerType": "form_submission",
            "payload": {
                "name": "Contact us", "siteId": "65a0", "id": "65b1", "formId": "65c2",
                "submittedAt": "2026-03-02T09:00:00.000Z",
                "data": {
                    "Full Name": NAME, "Email": EMAIL, "Phone Number": 600100200,
                    "Topics": ["Roof", "Battery"], "Terms": "true", "Message": MESSAGE,
                },
                "schema": [
                    {"fieldName": "Email", "fieldType": "FormTextInput", "fieldElementId": "65d3"}
                ],
            },
        }),
        WEBFLOW,
        frozenset({
            "triggerType", "payload[name]", "payload[siteId]", "payload[id]", "payload[formId]",
            "payload[submittedAt]", "payload[schema][0][fieldName]",
            "payload[schema][0][fieldType]", "payload[schema][0][fieldElementId]",
        }),
    ),
    "Framer, a webhook": Sender(
        JSON,
        json.dumps({
            "Name": NAME, "Email": EMAIL, "Phone": TYPED, "Topics": "Roof, Battery",
            "Terms": "on", "Message": MESSAGE,
        }),
        LABELS,
    ),
    "Rails": Sender(
        URLENCODED,
        urlencode([
            ("utf8", "✓"), ("authenticity_token", "a+b/c=="), ("inquiry[name]", NAME),
            ("inquiry[email]", EMAIL), ("inquiry[phone]", TYPED), ("inquiry[topics][]", ""),
            ("inquiry[topics][]", "roof"), ("inquiry[topics][]", "battery"),
            ("inquiry[terms]", "0"), ("inquiry[terms]", "1"), ("inquiry[news]", "0"),
            ("inquiry[consent_email]", "0"), ("inquiry[consent_email]", "1"),
            ("inquiry[message]", MESSAGE), ("commit", "Send"),
        ]),
        RAILS | {"consent_email": "inquiry[consent_email]"},
        frozenset({"utf8", "authenticity_token", "commit"}),
    ),
    "ASP.NET": Sender(
        URLENCODED,
        urlencode([
            ("Input.Name", NAME), ("Input.Email", EMAIL), ("Input.Phone", TYPED),
            ("Input.Topics", "roof"), ("Input.Topics", "battery"), ("Input.Terms", "true"),
            ("Input.Message", MESSAGE), ("__RequestVerificationToken", "CfDJ8"),
            ("Input.Terms", "false"), ("Input.News", "false"),
        ]),
        ASP_NET,
        frozenset({"__RequestVerificationToken"}),
    ),
    "jQuery serialize": Sender(
        f"{URLENCODED}; charset=UTF-8",
        "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in OWN),
    ),
    "jQuery serialize before version 3": Sender(
        f"{URLENCODED}; charset=UTF-8", urlencode(OWN, quote_via=quote)
    ),
    "FormData by fetch": Sender(
        "multipart/form-data; boundary=----WebKitFormBoundary0A1b2C3d4E5f6G7h",
        multipart("----WebKitFormBoundary0A1b2C3d4E5f6G7h", *OWN),
    ),
    "htmx": Sender(URLENCODED, urlencode(OWN)),
    "htmx with json-enc": Sender(
        JSON,
        json.dumps(dict(OWN) | {"topics": ["roof", "battery"], "message": MESSAGE}),
    ),
    "axios": Sender(
        JSON,
        json.dumps({
            "name": NAME, "email": EMAIL, "phone": TYPED, "topics": ["roof", "battery"],
            "terms": True, "message": MESSAGE, "consents": {"email": True},
        }),
    ),
    "axios with objects": Sender(
        JSON,
        json.dumps({
            "contact": {
                "name": NAME, "email": EMAIL, "phone": TYPED, "topics": ["roof", "battery"],
                "terms": True, "message": MESSAGE, "consents": {"email": True},
            },
        }),
        {name: f"contact[{name}]" for name in LABELS}
        | {"consent_email": "contact[consents][email]"},
    ),
    "axios with URLSearchParams": Sender(f"{URLENCODED};charset=utf-8", urlencode(OWN)),
    "axios.postForm": Sender(
        "multipart/form-data; boundary=axios-1.7-boundary-x",
        multipart(
            "axios-1.7-boundary-x",
            ("name", NAME), ("email", EMAIL), ("phone", TYPED), ("topics[]", "roof"),
            ("topics[]", "battery"), ("terms", "true"), ("message", MESSAGE),
            ("consents[email]", "true"),
        ),
    ),
    **{
        f"a plain form in {charset}, {how}": Sender(
            content_type,
            in_charset(charset, *OWN[:-2], ("message", MESSAGE), OWN[-1], *hidden),
        )
        for charset in ("windows-1250", "iso-8859-2")
        for how, content_type, hidden in (
            ("declared", f"{URLENCODED}; charset={charset}", ()),
            ("named in a hidden field", URLENCODED, (("_charset_", charset),)),
        )
    },
}  # fmt: skip


def sent(sender: Sender) -> Event:
    """The event that a body makes in a form that knows its names."""
    fields = ("name", "email", "phone", "topics", "terms", "news", "message", "consent_email")
    names = {name: json.dumps(sender.names.get(name, f"not-{name}")) for name in fields}
    store = Kept()
    headers = {"content-type": sender.content_type, "accept": "*/*"}
    request = form_request(sender.body, headers)
    answer = Capture(store, compile_forms(FORM.format(**names)), []).answer(request, NOW)
    assert answer["statusCode"] == 201, answer["body"]
    (event,) = store.events
    return event


@pytest.mark.parametrize("name", SENDERS)
def test_a_sender_gives_the_lead_that_a_person_expects(name: str) -> None:
    event = sent(SENDERS[name])
    lead = profile_of([classify(event)], NOW, channel)
    contact = lead.contact
    assert (contact.name, contact.email, contact.phone) == (NAME, EMAIL, PHONE)
    assert lead.facts["topics"] == ["roof", "battery"]
    assert lead.facts["terms"] is True
    assert lead.facts.get("news") in (None, False)
    assert event.texts["message"] == MESSAGE


@pytest.mark.parametrize("name", SENDERS)
def test_what_no_field_asks_for_is_kept_beside_it(name: str) -> None:
    kept: Any = sent(SENDERS[name]).texts.get("extra", {})
    assert set(kept) == SENDERS[name].rest


@pytest.mark.parametrize("name", SENDERS)
def test_a_consent_is_what_the_form_asked_for_and_nothing_else(name: str) -> None:
    is_given = "consent" in SENDERS[name].body
    consents: Any = sent(SENDERS[name]).properties.get("consents", {})
    assert set(consents) == ({"email"} if is_given else set())


def test_the_same_answers_by_any_sender_of_our_own_page_are_one_submission() -> None:
    own = ("jQuery serialize", "FormData by fetch", "htmx", "axios", "axios.postForm")
    assert len({sent(SENDERS[name]).event_id for name in own}) == 1
