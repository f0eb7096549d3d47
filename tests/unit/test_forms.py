"""A raw submission becomes an event, or errors by field; forms.yaml is checked."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture import context, forms
from hotlist.capture.context import BadFields, Received
from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import check_forms, compile_forms
from hotlist.events import vocabulary
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM
from hotlist.identity import identifiers

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONTACT: dict[str, Any] = {
    "type": "contact_requested",
    "honeypot": "hp_confirm",
    "default_region": "PL",
    "fields": {
        "name": {"type": "text", "required": True, "max": 20},
        "email": {"type": "email"},
        "phone": {"type": "phone"},
        "size": {"type": "integer", "min": 1, "max": 1000},
        "role": {"type": "choice", "options": ["director", "other"]},
        "terms": {"type": "boolean"},
        "message": {"type": "message", "max": 100},
    },
    "consents": {"email": {"version": "v1", "text": "News?"}},
}
GOOD = {"name": "Ada", "email": "Ada@Example.org"}


def submit(raw: dict[str, Any], **received: Any) -> Event:
    return forms.submission("contact", CONTACT, raw, Received(at=NOW, **received))


def errors(raw: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(BadFields) as error:
        submit(raw)
    return dict(error.value.errors)


def test_an_event_is_stored_under_its_strongest_identifier_and_names_the_others() -> None:
    event = submit({**GOOD, "phone": "600100200", "visitor_id": "v1"})
    assert event.subject == identifiers.subject("email", "ada@example.org")
    assert event.names == (
        identifiers.subject("phone", "+48600100200"),
        identifiers.subject("visitor", "v1"),
    )
    assert (event.email, event.phone, event.phone_country) == (
        "ada@example.org",
        "+48600100200",
        "PL",
    )
    assert event.expires_at == NOW + timedelta(days=396)


def test_a_phone_alone_is_enough() -> None:
    event = submit({"name": "Ada", "phone": "600100200", "visitor_id": "v1"})
    assert identifiers.kind_of(event.subject) == "phone"


def test_an_address_or_a_number_is_needed() -> None:
    assert errors({"name": "Ada"}) == {"email": "an e-mail address or a phone number is needed"}


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert errors({"name": "", "phone": "12"}).keys() == {"name", "phone"}
    assert errors({"name": "", "email": "", "phone": ""}).keys() == {"name", "email"}
    assert errors({"name": "", "email": "ada", "phone": "12"}).keys() == {"name", "email"}


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 21}, "name"),
        ({"name": ["a", ["b"]]}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"size": "many"}, "size"),
        ({"size": 0}, "size"),
        ({"size": "9" * 400}, "size"),
        ({"size": True}, "size"),
        ({"role": "king"}, "role"),
        ({"message": "x" * 101}, "message"),
    ],
)
def test_each_field_is_checked(raw: dict[str, Any], field: str) -> None:
    assert list(errors({**GOOD, **raw})) == [field]


@pytest.mark.parametrize("said", ["9" * 401, "--5", "-", "5-", "\u0665", "1e2", "", "0x5", "- 5"])
def test_a_number_that_is_none_is_told_plainly(said: str) -> None:
    found = errors({**GOOD, "email": "no", "size": said})
    assert found.get("size") == ("this field is a whole number" if said else None)


def test_a_message_holds_more_than_a_text() -> None:
    fields = {"email": {"type": "email"}, "text": {"type": "text"}, "message": {"type": "message"}}
    form = {"type": "form_submitted", "fields": fields}
    most = {"text": 500, "message": 5_000}
    good = {"email": "a@example.org"} | {name: "x" * size for name, size in most.items()}
    event = forms.submission("f", form, good, Received(at=NOW))
    assert (event.properties["text"], event.texts) == ("x" * 500, {"message": "x" * 5_000})
    assert "message" not in event.properties
    long = good | {name: "x" * (size + 1) for name, size in most.items()}
    with pytest.raises(BadFields) as error:
        forms.submission("f", form, long, Received(at=NOW))
    assert error.value.errors == {
        "text": "at most 500 characters",
        "message": "at most 5000 characters",
    }


def test_answers_have_their_types_from_an_html_form_too() -> None:
    event = submit({**GOOD, "size": "50", "terms": "on", "role": "director"})
    assert (event.properties["size"], event.properties["terms"]) == (50, True)


def test_the_same_submission_again_is_the_same_event() -> None:
    assert submit(GOOD, user_agent="A").event_id == submit(GOOD, user_agent="B").event_id
    assert submit(GOOD).event_id != submit({**GOOD, "message": "other"}).event_id


def test_whoever_fills_the_honeypot_is_stored_as_spam_for_30_days() -> None:
    event = submit({**GOOD, "hp_confirm": "https://spam.example"})
    assert event.flags == {SPAM}
    assert event.expires_at == NOW + timedelta(days=30)
    assert "hp_confirm" not in event.properties


@pytest.mark.parametrize(
    "given",
    [{"consents": ["email", "phone"]}, {"consents": {"email": True}}, {"consent_email": "on"}],
)
def test_a_consent_is_kept_with_the_version_of_its_text(given: dict[str, Any]) -> None:
    event = submit({**GOOD, **given})
    assert event.properties["consents"] == {"email": {"version": "v1"}}
    assert event.expires_at == NOW + timedelta(days=792)


def test_no_consent_is_no() -> None:
    assert "consents" not in submit({**GOOD, "consents": {"email": "no"}}).properties


def test_what_the_form_does_not_declare_is_kept_up_to_a_bound() -> None:
    event = submit({**GOOD, "shoe": "43", "big": "x" * 5000})
    extra: Any = event.texts["extra"]
    assert extra["shoe"] == "43"
    assert extra["big"] == "x" * (len(extra["big"]) - 1) + "…"
    text = json.dumps(extra, ensure_ascii=False, separators=(",", ":"))
    assert 4_080 < len(text.encode()) <= 4_096


def test_the_page_says_where_it_was_posted() -> None:
    event = submit(
        {**GOOD, "page_url": "https://x.example/pricing?a=1", "source": "google", "gclid": "g"},
        accept_language="pl-PL,pl;q=0.9",
        origin="https://x.example",
    )
    assert event.properties["page_path"] == "/pricing"
    assert event.properties["language"] == "pl"
    assert event.properties["origin"] == "https://x.example"
    assert event.properties["gclid"] == "g"


@pytest.mark.parametrize("said", ["pl", "pl-PL", "PL", "pl_PL", " pl ;q=0.8", "pl-Latn-PL"])
def test_a_language_is_kept_without_its_region(said: str) -> None:
    event = submit({**GOOD, "language": said}, accept_language="de-DE")
    assert event.properties["language"] == "pl"


def test_where_a_visit_came_from_is_stored_as_people_write_it() -> None:
    event = submit(
        {
            **GOOD,
            "page_url": "https://x.example/oferta//%C5%9Bruby;jsessionid=1?a=%C5%9B",
            "page_title": "S\u0301ruby",
            "landing_page": "https://x.example/%C5%9Bruby?utm_campaign=%C5%9B%26",
            "referrer": "https://y.example/%C5%9B",
            "campaign": "Wiosna%202026",
            "source": "  ",
            "gclid": "a%20b",
        }
    )
    assert str(event.properties["page_url"]).endswith("?a=%C5%9B"), "as it was sent"
    assert event.properties["page_path"] == "/oferta/śruby"
    assert event.properties["page_title"] == "Śruby"
    assert event.properties["landing_page"] == "https://x.example/śruby?utm_campaign=ś%26"
    assert event.properties["referrer"] == "https://y.example/ś"
    assert event.properties["campaign"] == "Wiosna 2026"
    assert event.properties["gclid"] == "a%20b"
    assert "source" not in event.properties


def test_client_time_is_corrected_by_when_it_was_sent() -> None:
    fast = NOW + timedelta(hours=1)
    said = {"occurred_at": (fast - timedelta(minutes=5)).isoformat(), "sent_at": fast.isoformat()}
    assert submit({**GOOD, **said}).occurred_at == NOW - timedelta(minutes=5)


@given(
    st.dictionaries(
        st.sampled_from(
            [*CONTACT["fields"], "page_url", "consents", "event_id", "sent_at", "visitor_id"]
        )
        | st.text(max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            st.lists,
            max_leaves=3,
        ),
    )
)
def test_any_submission_is_an_event_or_errors(raw: dict[str, Any]) -> None:
    try:
        subject = submit(raw).subject
    except BadFields as error:
        subject = ", ".join(error.errors)
    assert subject


YAML = "contact:\n  fields:\n    email: {type: email}\n"


def test_the_shipped_forms_are_good() -> None:
    file = Path(__file__).parents[2] / "config" / "forms.yaml"
    assert compile_forms(file.read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        (YAML + "  captcha: turnstile\n", "contact", "not built yet"),
        (YAML + "  tel: true\n", "contact.tel", "no such key"),
        (
            YAML.replace("email: {type: email}", "email: {type: mail}"),
            "contact.fields.email.type",
            "",
        ),
        (
            YAML.replace("email: {", "source: {type: text}\n    email: {"),
            "contact",
            "uses the name",
        ),
        (YAML.replace("type: email", "type: text"), "contact", "email or phone"),
        *(
            (
                YAML.replace("email: {", f"{name}: {{type: {kind}}}\n    address: {{"),
                f"contact.fields.{name}.type",
                f"a field called '{name}' has the type {name}",
            )
            for name, kind in (("email", "text"), ("email", "phone"), ("phone", "message"))
        ),
        (YAML + "  type: page_viewed\n", "contact", "cannot send"),
        (YAML + "  redirect_url: javascript:alert(1)\n", "contact.redirect_url", ""),
        (YAML.replace("contact", "con/tact"), "con/tact", ""),
        (YAML + "  origins: ['https://x.example/a']\n", "contact.origins[0]", "write https://x."),
        (YAML + "  default_region: UK\n", "contact.default_region", "as in GB (not UK)"),
        (YAML + "  default_region: pl\n", "contact.default_region", "write PL"),
        (YAML + "  default_region: XK1\n", "contact.default_region", "two letters"),
        *(
            (YAML.replace("email: {", f"{name}: {{type: text}}\n    email: {{"), "contact", name)
            for name in (*sorted(vocabulary.ENVELOPE), "consent_email", "page_url", "stage")
        ),
        *(
            (YAML + f"  honeypot: {name}\n", "contact", name)
            for name in (*sorted(vocabulary.ENVELOPE), "consent_email", "page_url", "email")
        ),
        ("", "", "empty"),
    ],
)
def test_a_wrong_form_is_refused_with_its_place(text: str, path: str, why: str) -> None:
    with pytest.raises(BadConfig) as error:
        compile_forms(text, "forms.yaml")
    finding = error.value.findings[0]
    assert finding.path.startswith(path)
    assert why in finding.message
    assert finding.line >= 1


def test_origins_and_options_are_as_browsers_send_them() -> None:
    text = YAML.replace("email: {", "role: {type: choice, options: [s\u0301]}\n    email: {")
    form = compile_forms(text + "  origins: ['HTTPS://Żółw.example:443/']\n")["contact"]
    assert form["origins"] == ["https://xn--w-uga1v8h.example"]
    assert form["fields"]["role"]["options"] == ["ś"]


TRAPS = "website url email_2 fax your_name company address2 password title phone"


@pytest.mark.parametrize("name", [*TRAPS.split(), "hp_confirm", "trap", "leave_empty"])
def test_a_trap_that_browsers_fill_in_is_doubtful(name: str) -> None:
    _, warnings = check_forms(YAML + f"  honeypot: {name}\n", "forms.yaml")
    found = [(one.path, one.level, one.line) for one in warnings]
    is_known = name in TRAPS.split()
    assert found == ([("contact.honeypot", "warning", 4)] if is_known else [])


def test_every_name_that_hotlist_gives_is_reserved() -> None:
    said = dict.fromkeys(context.NAMES, "x") | {"page_url": "https://x/y"}
    event = submit({**GOOD, **said, "consent_email": "on", "shoe": "1"}, user_agent="u", origin="o")
    assert set(event.properties) - set(CONTACT["fields"]) <= vocabulary.RESERVED


@pytest.mark.parametrize(
    "blank", ["\u200b", "\ufeff", "\u3164", "\u2800", "\x00", "\u202e"], ids=ascii
)
def test_what_shows_nothing_is_no_answer(blank: str) -> None:
    assert errors({**GOOD, "name": blank * 3}) == {"name": "this field is required"}
    assert errors({"name": "Ada", "email": blank}) == {
        "email": "an e-mail address or a phone number is needed"
    }
    event = submit(
        {**GOOD, "name": f"{blank} Ada {blank}", "message": blank, "role": f"{blank}other"}
    )
    assert event.properties["name"] == "Ada"
    assert event.properties["role"] == "other"
    assert "message" not in event.properties


def test_an_address_that_headers_misread_is_refused_with_the_reason() -> None:
    said = {**GOOD, "email": "=?utf-8?q?x=40evil.example=2c?=@example.com"}
    assert "give another" in errors(said)["email"]
