"""A consent may arrive under other names, as a field; and which names a form may list."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hotlist.capture import forms
from hotlist.capture.answers import gathered
from hotlist.capture.context import Received
from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADA = {"email": "a@example.org"}
TEXT = """
f:
  honeypot: hp_confirm
  fields:
    name: {type: text, max: 50, from: [your-name]}
    email: {type: email, from: ["contact[email]"]}
    topics: {type: choices, options: [roof, walls], from: "interests[]"}
    zip: {type: text, max: 10}
    content_text: {type: message}
  consents:
    email: {version: "1", text: News?}
"""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("contact.email", "is a name of the field 'email'"),
        ("hp_confirm", "the honeypot"),
        ("zip", "the field 'zip'"),
        ("consent_email", "Hotlist itself reads"),
        ("consent_phone", "Hotlist itself reads"),
        ("consents[news]", "Hotlist itself reads"),
        ("consents", "Hotlist itself reads"),
        ("news[phone]", "is a name of the consent 'phone'"),
        ("", "list 1 to 20 names"),
    ],
)
def test_a_name_of_a_consent_is_only_its(name: str, why: str) -> None:
    phone = '    phone: {version: "1", text: Calls?, from: "news[phone]"}\n'
    email = f'    email: {{version: "1", text: News?, from: ["{name}"]}}\n'
    with pytest.raises(BadConfig) as refused:
        compile_forms(TEXT.partition("    email: {version")[0] + phone + email, "forms.yaml")
    finding = refused.value.findings[0]
    assert why in finding.message
    assert (finding.line, ".consents.email" in finding.path) == (12, True)


@pytest.mark.parametrize("name", "form origin extra kiosk user_agent page_path".split())
def test_what_no_page_says_to_hotlist_may_be_a_name(name: str) -> None:
    form = compile_forms(TEXT.replace("[your-name", f"[{name}"))["f"]
    reading = forms.read_form("f", form, {**ADA, name: "Ada"}, Received(at=NOW, origin="null"))
    assert reading.answers.values == {**ADA, "name": "Ada"}
    assert reading.properties["form"] == "f"
    assert "extra" not in reading.texts


CONSENTING = compile_forms(
    TEXT.replace(
        "text: News?",
        "text: News?, from: ['inquiry[consent_email]', 'form_fields[consent_email]', "
        "'contact[consents][email]', 'topics[news]', 'fields[9]', 'consent_form[news]', "
        "consent_news]",
    )
)["f"]


@pytest.mark.parametrize(
    ("raw", "is_given"),
    [
        ({"inquiry[consent_email]": ["0", "1"]}, True),
        ({"form_fields[consent_email]": "on"}, True),
        ({"form_fields": {"consent_email": "News?"}}, True),
        ({"contact": {"consents": {"email": True}}}, True),
        ({"contact.consents.email": "tak"}, True),
        ({"topics": {"news": True, "roof": True}}, True),
        ({"topics[news]": "on", "topics[roof]": "on"}, True),
        ({"fields[9]": "1"}, True),
        ({"consent_form": {"news": True}}, True),
        ({"consent_news": "yes"}, True),
        ({"consent_email": "no", "consent_news": "yes"}, True),
        ({"consents": {"email": False}, "contact": {"consents": {"email": True}}}, True),
        ({"consents": {"email": True}, "consent_news": "no"}, True),
        ({"consent_email": True, "contact": {"consents": {"email": False}}}, True),
        ({"inquiry[consent_email]": "0"}, False),
        ({"contact": {"consents": {"email": False}}}, False),
        ({"contact": {"consents": {"email": None}}}, False),
    ],
    ids=str,
)
def test_a_consent_is_given_under_each_of_its_names(raw: dict[str, Any], is_given: bool) -> None:
    sent = gathered({**ADA, **raw}.items(), CONSENTING["numbered"])
    reading = forms.read_form("f", CONSENTING, sent, Received(at=NOW))
    assert reading.consents == ({"email": {"version": "1"}} if is_given else {})
    assert ("consents" in reading.texts) == is_given
    assert "extra" not in reading.texts
    assert reading.answers.values.get("topics", ["roof"]) == ["roof"]


def test_a_consent_of_another_name_that_cannot_be_read_is_kept() -> None:
    reading = forms.read_form("f", CONSENTING, {**ADA, "consent_news": "perhaps"}, Received(at=NOW))
    assert reading.consents == {}
    assert reading.texts["extra"] == {"consent_email": "perhaps"}


def test_what_is_no_option_stays_one_beside_a_consent_among_boxes() -> None:
    reading = forms.read_form(
        "f", CONSENTING, {**ADA, "topics": {"news": True, "value": "roof"}}, Received(at=NOW)
    )
    assert set(reading.consents) == {"email"}
    assert reading.answers.errors.keys() | reading.texts.get("extra", {}).keys()
