"""What a form with a reward may demand, and how its addresses and purposes are compiled."""

import pytest

from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.links.addresses import sendable
from mailing_forms import FORM, found


def test_a_field_that_must_be_ticked_is_fine_if_it_is_no_marketing() -> None:
    terms = "agree: {type: boolean, required: true, label: {en: I accept the terms, pl: Regulamin}}"
    assert compile_forms(FORM.replace("plan: {type: choice, options: [a, b]}", terms), look=found)
    newsletter = terms.replace("I accept the terms", "Newsletter")
    no_reward = "f:\n  fields:\n    email: {type: email}\n    " + newsletter
    assert compile_forms(no_reward)


REWARD = '  reward: {title: The talk, video: "https://www.example.com/x"}\n'
FORCED = f"""\
guide:
  fields:
    email: {{type: email, required: true}}
    FIELD
{REWARD}"""


@pytest.mark.parametrize(
    "field",
    [
        'agree: {type: boolean, required: true, label: "I agree to receive e-mails from you"}',
        'agree: {type: boolean, required: true, label: "Keep me posted about your products"}',
        'x: {type: boolean, required: true, label: "Zgadzam się na kontakt w sprawie produktów"}',
        'x: {type: boolean, required: true, label: "Ich möchte Post von Ihnen"}',
        "x: {type: boolean, required: {if: {email: [a@b.example]}}}",
        "optin: {type: boolean, required: true}",
        'terms: {type: boolean, required: true, label: "I accept the terms and the newsletter"}',
        "privacy_subscribe: {type: boolean, required: true}",
        'x: {type: choice, required: true, options: ["yes newsletter", "yes marketing"]}',
        'x: {type: choice, required: true, options: ["Yes, please", "OK"]}',
        "x: {type: choices, required: true, options: [newsletter]}",
        "x: {type: choice, required: true, options: {a: Yes gladly, b: newsletter}}",
        'x: {type: text, required: true, label: "Write YES to get our newsletter"}',
        "x: {type: message, required: true, help: 'Napisz „tak”, a dostaniesz newsletter'}",
    ],
)
def test_a_form_with_a_reward_demands_no_consent(field: str) -> None:
    text = FORCED.replace("FIELD", field)
    with pytest.raises(BadConfig, match="a reward may not demand one"):
        compile_forms(text)
    assert "guide" in compile_forms(text.replace(REWARD, "")), "without a reward it may"


@pytest.mark.parametrize(
    "field",
    [
        "terms: {type: boolean, required: true}",
        'accept_privacy: {type: boolean, required: true, label: "I have read the notice"}',
        "regulamin: {type: boolean, required: true}",
        "age: {type: boolean, required: true, label: I am 18 or older}",
        "x: {type: boolean, label: newsletter}",
        "x: {type: choice, required: true, options: [yes newsletter, no thanks]}",
        "x: {type: choice, required: true, options: [small, large]}",
        "x: {type: choice, required: true, options: [guide]}",
        "x: {type: text, required: true, label: Which newsletter did you read}",
        "company: {type: text, required: true}",
    ],
)
def test_what_asks_for_no_consent_may_be_required(field: str) -> None:
    assert "guide" in compile_forms(FORCED.replace("FIELD", field))


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://www.example.com/a?b=c%20d", "https://www.example.com/a?b=c%20d"),
        (
            "https://www.example.com/führung/é?x=ż&y=%C5%BC#ł",
            "https://www.example.com/f%C3%BChrung/%C3%A9?x=%C5%BC&y=%C5%BC#%C5%82",
        ),
        ("https://łódź.example/", "https://xn--d-uga0v4h.example/"),
        ("https://Bücher.example:8443", "https://xn--bcher-kva.example:8443"),
    ],
)
def test_addresses_are_kept_as_a_header_sends_them(url: str, sent: str) -> None:
    text = FORCED.replace("FIELD", "").replace("https://www.example.com/x", url)
    text = text.replace("  reward:", f"  redirect_url: {{en: '{url}'}}\n  reward:")
    form = compile_forms(text)["guide"]
    assert form["reward"]["url"] == sent
    assert form["redirect_urls"] == {"en": sent}
    assert sendable(sent) == sent == sendable(url)


def test_a_purpose_has_a_name_that_a_link_can_carry() -> None:
    long = FORCED.replace("FIELD", "").replace(
        "  reward:", f"  consents: {{{'p' * 65}: {{version: '1', text: Yes}}}}\n  reward:"
    )
    with pytest.raises(BadConfig, match="p" * 65):
        compile_forms(long)
    assert "p" * 64 in compile_forms(long.replace("p" * 65, "p" * 64))["guide"]["consents"]
