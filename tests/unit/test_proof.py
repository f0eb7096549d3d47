"""A consent is kept with its proof: the text that was read, the form, the time, the network."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from hotlist.capture import form_page, forms
from hotlist.capture.context import BadFields, Received
from hotlist.capture.proof import network_of
from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import check_forms, compile_forms
from hotlist.events import sizes
from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL, Route
from hotlist.identity.claims import bears_claims
from hotlist.leads.profile import facts_at

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORM_YAML: Final = """
contact:
  fields:
    email: {type: email}
    phone: {type: phone}
    message: {type: message}
  consents:
    email: {version: "2", text: {en: Mail me, pl: Piszcie do mnie}}
    phone: {version: "3", text: You may call me}
"""
FORM: Final = compile_forms(FORM_YAML)["contact"]
ADA: Final = {"email": "ada@example.org"}
RECEIVED: Final = Received(at=NOW, address="203.0.113.77")


def submit(received: Received = RECEIVED, form: dict[str, Any] = FORM, **raw: Any) -> Event:
    return forms.submission("contact", form, ADA | raw, received)


def test_each_purpose_has_its_own_proof() -> None:
    event = submit(consent_email="on", consent_phone="on", language="pl-PL")
    proof = {"at": "2026-03-02T09:00:00.000Z", "ip": "203.0.113.0/24"}
    proof["form_version"] = FORM["form_version"]
    assert event.texts["consents"] == {
        "email": {"version": "2", "text": "Piszcie do mnie", "language": "pl"} | proof,
        "phone": {"version": "3", "text": "You may call me"} | proof,
    }
    assert event.properties["consents"] == {"email": {"version": "2"}, "phone": {"version": "3"}}


@pytest.mark.parametrize("language", ["en", "fr", ""])
def test_a_text_that_the_page_has_no_language_for_is_the_first_one(language: str) -> None:
    proof: Any = submit(consent_email="on", language=language).texts["consents"]
    assert (proof["email"]["text"], proof["email"]["language"]) == ("Mail me", "en")


def test_a_text_is_that_of_the_page_that_we_show_the_visitor() -> None:
    received = RECEIVED._replace(accept_language="fr, pl;q=0.8, en;q=0.5")
    proof: Any = submit(received, consent_email="on").texts["consents"]
    assert (proof["email"]["text"], proof["email"]["language"]) == ("Piszcie do mnie", "pl")
    assert "Piszcie do mnie" in form_page.again(
        FORM, {}, {}, form_page.visitor({"accept-language": received.accept_language}, {})
    )


def test_words_of_errors_make_no_other_version_of_a_form() -> None:
    told = compile_forms(FORM_YAML, messages={"cs": {"required": "Vyplňte"}})["contact"]
    assert told["form_version"] == FORM["form_version"]
    assert told["messages"]


@pytest.mark.parametrize(("given", "other"), [("email", "phone"), ("phone", "email")])
def test_a_consent_to_one_purpose_is_none_to_another(given: str, other: str) -> None:
    said: dict[str, Any] = {f"consent_{given}": "on", f"consent_{other}": "no"}
    event = submit(**said)
    assert set(event.texts["consents"]) == {given}  # type: ignore[call-overload]
    assert facts_at([event], NOW, lambda _: None)[0]["consents"] == [given]


def test_without_a_consent_no_network_and_no_proof_is_kept() -> None:
    event = submit(message="Hi", consent_email="no")
    assert "consents" not in {**event.texts, **event.properties}
    assert "203.0.113" not in f"{event.texts}{event.properties}"


def test_another_time_network_or_version_of_the_form_is_the_same_submission() -> None:
    first = submit(consent_email="on")
    later = RECEIVED._replace(at=NOW + timedelta(minutes=1), address="198.51.100.7")
    again = submit(later, FORM | {"form_version": "other"}, consent_email="on")
    assert again.texts != first.texts
    assert (again.event_id, again.dedup) == (first.event_id, first.dedup)


@pytest.mark.parametrize(
    ("sent", "extra"),
    [
        ({"consent_sms": "on"}, {"consent_sms": "on"}),
        ({"consents[sms]": "on"}, {"consents[sms]": "on"}),
        ({"consents": ["email", "sms"]}, {"consents": "sms"}),
        ({"consents": "sms,profiling"}, {"consents": "sms, profiling"}),
        ({"consents": {"email": "on", "sms": "yes"}}, {"consent_sms": "yes"}),
        ({"consents": {"sms": ["a", "b"]}}, {"consent_sms": "a, b"}),
    ],
)
def test_what_is_sent_for_another_consent_is_kept_and_is_none(
    sent: dict[str, Any], extra: dict[str, str]
) -> None:
    event = submit(**sent)
    assert event.texts["extra"] == extra
    consents: Any = event.properties.get("consents", {})
    assert set(consents) <= {"email"}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8::1", "2001:db8::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("unknown", ""),
        (":::", ""),
    ],
)
def test_of_an_address_the_network_alone_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_changed_form_has_another_version_and_the_same_form_the_same() -> None:
    assert compile_forms(FORM_YAML)["contact"]["form_version"] == FORM["form_version"]
    changed = compile_forms(FORM_YAML.replace("Mail me", "Mail me!"))["contact"]
    assert changed["form_version"] != FORM["form_version"]


def test_two_purposes_with_one_text_are_doubtful() -> None:
    text = FORM_YAML.replace("You may call me", "mail  me")
    (finding,) = check_forms(text, "forms.yaml")[1]
    assert (finding.code, finding.level) == ("same-consent", "warning")
    assert check_forms(FORM_YAML, "forms.yaml")[1] == []


@pytest.mark.parametrize("what", ['version: ""', 'text: " "', "text: {}"])
def test_a_consent_has_a_version_and_a_text(what: str) -> None:
    name = what.partition(":")[0]
    one = ", ".join([what, *(f'{n}: "x"' for n in ("version", "text") if n != name)])
    with pytest.raises(BadConfig):
        compile_forms(f"a:\n  fields: {{email: {{type: email}}}}\n  consents: {{sms: {{{one}}}}}")


def test_texts_of_consents_have_room_beside_the_longest_message() -> None:
    text = FORM_YAML.replace("You may call me", "ż" * 2_000)
    text = text.replace("{type: message}", "{type: message, max: 3800}")
    form = compile_forms(text)["contact"]
    received = RECEIVED._replace(user_agent="x" * 2_000)
    said: dict[str, Any] = {"consent_email": "on", "consent_phone": "on", "note": "y" * 3_000}
    event = submit(received, form, message="€" * 3_800, **said)
    assert sizes.json_bytes(event.texts) <= sizes.TEXTS_BYTES
    assert event.texts["message"] == "€" * 3_800
    with pytest.raises(BadFields, match="message"):
        submit(received, form, message="😀" * 3_800, **said)
    with pytest.raises(BadConfig, match="consents"):
        compile_forms(text.replace("ż" * 2_000, "ż" * 6_000))


def test_a_withdrawal_ends_one_purpose_and_the_history_stays() -> None:
    given = submit(consent_email="on", consent_phone="on")
    end = Event(
        event_id="f" * 32,
        type="consent_withdrawn",
        route=Route.LINK,
        occurred_at=NOW + timedelta(days=1),
        received_at=NOW + timedelta(days=1),
        properties={"purpose": "phone"},
    )
    again = submit(RECEIVED._replace(at=NOW + timedelta(days=2)), consent_phone="on")

    def consents(*events: Event) -> object:
        return facts_at(events, NOW + timedelta(days=3), lambda _: None)[0]["consents"]

    assert consents(given) == ["email", "phone"]
    assert consents(end, given) == ["email"]
    assert consents(again, end, given) == ["email", "phone"]


# --- a form that is tried -------------------------------------------------------------------


TRIED: Final = RECEIVED._replace(is_test=True)


def test_a_test_counts_for_nothing_and_claims_nobody() -> None:
    raw: dict[str, Any] = {"phone": "+48600100200", "visitor_id": "v1", "consent_email": "on"}
    real, tried = submit(**raw), submit(TRIED, **raw)
    assert (real.is_test, tried.is_test) == (False, True)
    assert tried.flags == {INTERNAL}
    assert bears_claims(real)
    assert not bears_claims(tried)
    assert tried.names == ()
    assert tried.phone == "+48600100200", "its mail says it"
    assert tried.expires_at == NOW + timedelta(days=30)


def test_a_test_never_stands_for_the_real_submission() -> None:
    assert submit().event_id != submit(TRIED).event_id
    assert submit().dedup != submit(TRIED).dedup
    key = "01a21812-483b-7486-b5e5-caa189fa8919"
    assert submit(event_id=key).event_id != submit(TRIED, event_id=key).event_id


def test_no_sender_can_set_the_mark_by_a_field() -> None:
    event = submit(hotlist_test="1")
    assert not event.is_test
    assert not event.flags
    with pytest.raises(BadConfig, match="hotlist_test"):
        compile_forms("a: {fields: {email: {type: email}, hotlist_test: {type: boolean}}}")
