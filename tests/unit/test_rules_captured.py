"""`rules score` keeps of a line what capture keeps of the same request."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from hotlist.capture import forms
from hotlist.capture.answers import gathered
from hotlist.capture.context import BadFields, Received
from hotlist.capture.tracked import tracked
from hotlist.config.forms_schema import compile_forms
from hotlist.events import sizes
from hotlist.events.event import Event
from hotlist.events.times import to_text
from hotlist.leads import classify
from hotlist.leads.profile import facts_at
from hotlist.scoring import engine, ruleset
from hotlist.store.events import from_item, to_item
from hotlist_cli.rules.facts import known_at
from hotlist_cli.rules.history import read_histories
from rules_command import event, lines, rules

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOT: Final = Path(__file__).parents[2]
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36"
QUICK: Final = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
FORMS_YAML: Final = """\
contact:
  type: contact_requested
  honeypot: website
  default_region: PL
  fields:
    name: {type: text, max: 20}
    mail: {type: email}
    phone: {type: phone}
    company_size: {type: integer, min: 1}
    newsletter: {type: boolean}
    role: {type: choice, options: [owner, student]}
    message: {type: message}
  consents:
    email: {version: "1", text: Yes.}
    phone: {version: "2", text: Yes.}
"""
FORMS: Final = compile_forms(FORMS_YAML)
RULES: Final = """\
temperature: {warm: 5, hot: 20}
rules:
  - {id: pricing, event: page_viewed, where: {page_path: [{prefix: /pricing}]}, points: 5}
  - {id: polish, event: activity, where: {language: [pl]}, points: 1, award: once}
  - {id: speaks, lead: {language: [pl]}, points: 2}
  - {id: owner, lead: {role: [owner]}, points: 4}
  - {id: size, lead: {company_size: [{numeric: [">", 10]}]}, points: 8}
  - {id: may-mail, lead: {consents: [email]}, points: 16}
  - {id: pole, lead: {phone_country: [PL]}, points: 32}
  - {id: private, lead: {email_class: [freemail]}, points: -7}
  - {id: paid, lead: {channel: [paid_search]}, points: 64}
  - {id: fair, lead: {first_touch: {source: [fair]}}, points: 128}
  - {id: yes, lead: {newsletter: [true]}, points: 256}
  - {id: shoe, lead: {shoe: [{exists: true}]}, points: 512}
  - {id: list, event: activity, where: {items: [{exists: true}]}, points: 1024}
  - {id: asked, event: contact_requested, points: 2048}
  - {id: bots, event: activity, points: 4096, humans_only: false}
"""

SCORING: Final = ruleset.load(RULES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("captured")
    (made / "scoring.yaml").write_text(RULES, encoding="utf-8")
    (made / "forms.yaml").write_text(FORMS_YAML, encoding="utf-8")
    return made


def read(folder: Path, line: Mapping[str, Any], known: Mapping[str, Any] = FORMS) -> Event:
    """The event that the command makes of a line."""
    file = folder / "events.jsonl"
    file.write_bytes(lines([line]))
    ((one,),) = [history.events for history in read_histories(str(file), known)]
    return one


def stored(event: Event) -> Event:
    """What the table gives back, as it is looked at."""
    return classify.classify(from_item(json.loads(json.dumps(to_item(event)))))


def line_of(live: Event, properties: Mapping[str, Any], received: Received) -> dict[str, Any]:
    """The line of a request: what was sent, and what the browser said of itself."""
    headers = {"user_agent": received.user_agent} if received.user_agent else {}
    headers |= {} if received.origin is None else {"origin": received.origin}
    return {
        "lead": "ada",
        "event_id": live.event_id,
        "type": live.type,
        "occurred_at": to_text(live.occurred_at),
        "expires_at": to_text(live.expires_at or NOW),
        "properties": {**properties, **headers},
    }


def assert_same(folder: Path, live: Event, line: Mapping[str, Any]) -> None:
    """The event of the line is the stored one, and so are its facts and its score."""
    made = read(folder, line)
    for name in ("properties", "flags", "route", "email", "phone", "phone_country"):
        assert getattr(made, name) == getattr(live, name), name
    facts, _ = facts_at([live], NOW, classify.channel)
    known = known_at([made], {}, NOW)
    assert known.facts == facts
    assert engine.score(SCORING, known.facts, known.events, NOW) == engine.score(
        SCORING, facts, [live], NOW
    )


# --- whatever is sent ---------------------------------------------------------------------

WORDS: Final = (
    "pl-PL PL en_US cpc fair google owner yes on 1 /pricing http://[ +48601234567 ada@gmail.com "
    "https://x.example/pricing?a=1#b https://www.google.com/"
).split()
ODD: Final = ["", " ", "\ud800", "601 234 567", " Ada@Acme.Example ", "x" * 2_100, "a\r\nb"]
TEXTS: Final = st.text(max_size=12) | st.sampled_from(WORDS) | st.sampled_from(ODD)
VALUES: Final = (
    TEXTS
    | st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.lists(st.integers() | st.text(max_size=3), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.booleans(), max_size=2)
)
CONTEXT: Final = "page_url page_title session_id language source medium campaign gclid referrer"
ACTION_NAMES: Final = st.text(max_size=70) | st.sampled_from(
    f"{CONTEXT} landing_page seconds value items channel stage email x consents extra form".split()
)
FORM_NAMES: Final = st.text(max_size=6) | st.sampled_from(
    f"{CONTEXT} name mail phone company_size newsletter role message website shoe email channel "
    "consents consent_email consent_phone consent_x visitor_id sent_at".split()
)
DERIVED: Final = {"page_path", "user_agent", "origin"}
NOT_SENT: Final = {"form", "extra", "kiosk", *DERIVED}
"""Stored names: in a line of a form they stand for what is stored."""

RECEIVED: Final = st.builds(
    Received,
    at=st.just(NOW),
    accept_language=st.just(""),
    user_agent=st.sampled_from(["", AGENT, "Googlebot/2.1", "x" * 600]),
    origin=st.sampled_from([None, "https://x.example", "null"]),
    address=st.just("203.0.113.77"),
    is_test=st.just(False),
)


@QUICK
@given(
    st.sampled_from("page_viewed session_started element_clicked cart_updated custom:x".split()),
    st.dictionaries(ACTION_NAMES, VALUES, max_size=6),
    RECEIVED,
)
def test_an_action_is_read_as_it_is_captured(
    folder: Path, name: str, properties: dict[str, Any], received: Received
) -> None:
    properties = {n: value for n, value in properties.items() if n not in DERIVED}
    if name == "custom:x":  # which with one of these is taken for a form's
        properties = {n: v for n, v in properties.items() if n not in ("form", "email", "phone")}
    live = stored(tracked({"type": name, "properties": properties}, "v", received, None))
    assert_same(folder, live, line_of(live, properties, received))


@QUICK
@given(st.dictionaries(FORM_NAMES, VALUES, max_size=8), RECEIVED)
def test_a_form_is_read_as_it_is_captured(
    folder: Path, fields: dict[str, Any], received: Received
) -> None:
    fields = {n: value for n, value in gathered(fields.items()).items() if n not in NOT_SENT}
    while True:
        try:
            live = stored(forms.submission("contact", FORMS["contact"], fields, received))
        except BadFields as error:  # until the form takes it
            fields = {name: v for name, v in fields.items() if name not in error.errors}
            if "mail" in error.errors:
                fields["mail"] = "ada@acme.example"
        else:
            break
    assert_same(folder, live, line_of(live, {**fields, "form": "contact"}, received))


@QUICK
@given(st.dictionaries(FORM_NAMES, VALUES, max_size=8), RECEIVED)
def test_what_is_stored_is_read_as_it_is(
    folder: Path, fields: dict[str, Any], received: Received
) -> None:
    sent = {**{n: v for n, v in fields.items() if n not in FORMS["contact"]["fields"]}}
    sent |= {"mail": "ada@acme.example", "role": "owner", "company_size": "12"}
    form = stored(forms.submission("contact", FORMS["contact"], sent, received))
    action = {"type": "page_viewed", "properties": fields}
    for live in (form, stored(tracked(action, "v", received, None))):
        line = line_of(live, live.properties, Received(NOW)) | {"flags": sorted(live.flags)}
        assert_same(folder, live, line)


@QUICK
@given(st.dictionaries(FORM_NAMES, VALUES, max_size=8), RECEIVED)
@example({"consents": ["\ud800"]}, Received(NOW))
@example({"consents": {"\ud800": True}}, Received(NOW))
@example({"consent_\ud800": True}, Received(NOW))
def test_a_form_that_is_not_known_has_the_same_context(
    folder: Path, fields: dict[str, Any], received: Received
) -> None:
    fields = {n: value for n, value in gathered(fields.items()).items() if n not in NOT_SENT}
    # What its other fields leave for the context is not known either.
    assume(sizes.most_bytes(fields) < 1_500)
    form = {"type": "form_submitted", "fields": {"email": {"type": "email"}}}
    sent = {**fields, "email": "ada@acme.example"}
    live = forms.submission("other", form, sent, received)
    made = read(folder, line_of(live, {**sent, "form": "other"}, received), {})
    names = [*CONTEXT.split(), "landing_page", "page_path", "user_agent", "origin", "form"]
    assert {n: made.properties.get(n) for n in names} == {n: live.properties.get(n) for n in names}


# --- each thing ---------------------------------------------------------------------------


def kept(folder: Path, event_type: str, properties: Mapping[str, Any], **more: Any) -> Any:
    return read(folder, event("1", event_type, "1", properties=properties, **more)).properties


PAGE: Final = {"page_url": "https://x.example/pricing?plan=pro#top", "page_path": "/pricing"}


@pytest.mark.parametrize("name", ["page_viewed", "contact_requested", "email_clicked"])
def test_the_path_follows_from_the_address(folder: Path, name: str) -> None:
    more = {"form": "contact"} if name == "contact_requested" else {}
    url = {"page_url": PAGE["page_url"], **more}
    assert kept(folder, name, url) == {**PAGE, **more}
    assert kept(folder, name, {**url, "page_path": "/other"}) == {**PAGE, **more}
    assert kept(folder, name, {"page_path": "/pricing", **more}) == {
        "page_path": "/pricing",
        **more,
    }
    assert kept(folder, name, {"language": "pl-PL", **more}) == {"language": "pl", **more}


def test_an_action_keeps_plain_values(folder: Path) -> None:
    sent = {"seconds": 5, "ok": True, "items": [1], "more": {"a": 1}, "no": None, "form": "x"}
    assert kept(folder, "page_engaged", sent) == {"seconds": 5, "ok": True}
    assert kept(folder, "order_completed", {"items": [1]}) == {"items": [1]}  # of a server
    assert kept(folder, "page_viewed", {"x": "y" * 3_000}) == {"x": "y" * 2_000}
    assert len(kept(folder, "page_viewed", {f"x{n}": n for n in range(99)})) == 50


def test_a_form_keeps_its_fields_and_no_others(folder: Path) -> None:
    sent = {"form": "contact", "company_size": " 12 ", "newsletter": "on", "shoe": "43", "mail": ""}
    assert kept(folder, "contact_requested", sent) == {
        "form": "contact",
        "company_size": 12,
        "newsletter": True,
    }


@pytest.mark.parametrize("known", [FORMS, {}], ids=["known", "unknown"])
def test_a_name_of_several_values_is_the_name_without_brackets(
    folder: Path, known: Mapping[str, Any]
) -> None:
    sent = {"form": "contact", "role[]": "owner", "company_size[0]": 7, "consents[]": ["email"]}
    made = read(folder, event("1", "contact_requested", "1", properties=sent), known).properties
    assert (made["role"], made["company_size"]) == ("owner", 7)
    consents = made["consents"]
    assert isinstance(consents, dict)
    assert set(consents) == {"email"}
    assert "extra" not in made


def test_what_a_form_would_refuse_stays_as_it_is(folder: Path) -> None:
    sent = {"form": "contact", "mail": "ada@", "role": "boss", "company_size": 0}
    line = event("1", "contact_requested", "1", properties=sent)
    assert read(folder, line).properties == sent
    assert read(folder, line).email is None


def test_a_machine_that_fills_the_honeypot_is_spam(folder: Path) -> None:
    sent = {"form": "contact", "website": "https://prizes.example"}
    line = event("1", "contact_requested", "1", properties=sent, flags=["internal"])
    assert read(folder, line).flags == {"spam", "internal"}
    assert read(folder, line | {"properties": {"form": "contact"}}).flags == {"internal"}
    assert "website" not in read(folder, line).properties


def test_the_numbers_of_a_form_are_of_its_country(folder: Path) -> None:
    sent = {"form": "contact", "phone": "601 234 567"}
    made = read(folder, event("1", "contact_requested", "1", properties=sent))
    assert (made.phone, made.phone_country) == ("+48601234567", "PL")
    other = read(folder, event("1", "contact_requested", "1", properties=sent), {})
    assert (other.phone, other.phone_country) == (None, None)


NOBODY: Final[set[str]] = set()


@pytest.mark.parametrize("known", [FORMS, {}], ids=["known", "unknown"])
@pytest.mark.parametrize(
    ("sent", "given_"),
    [
        ({"consents": ["email"]}, {"email"}),
        ({"consents": {"email": True, "phone": False}}, {"email"}),
        ({"consent_email": "on", "consent_phone": "no"}, {"email"}),
        ({"consents": {"email": {"version": "0"}}}, {"email"}),
        ({"consents": {"phone": {"version": "0"}}, "consent_email": "1"}, {"email", "phone"}),
        ({"consents": "email"}, {"email"}),
        ({"consents": ""}, NOBODY),
    ],
)
def test_consents_are_read_in_each_shape(
    folder: Path, known: Mapping[str, Any], sent: dict[str, Any], given_: set[str]
) -> None:
    line = event("1", "contact_requested", "1", properties={**sent, "form": "contact"})
    made = read(folder, line, known).properties
    consents = made.get("consents", {})
    assert isinstance(consents, dict)
    assert set(consents) == given_
    assert not any(name.startswith("consent_") for name in made)
    stored_ = sent.get("consents")
    if isinstance(stored_, dict) and stored_.get("email") == {"version": "0"}:
        assert consents == stored_


def test_a_bot_is_known_by_its_agent(folder: Path) -> None:
    for name in ("page_viewed", "contact_requested"):
        line = event("1", name, "1", properties={"user_agent": "Googlebot/2.1"})
        assert read(folder, line).flags == {"bot"}


# --- which forms --------------------------------------------------------------------------

ASKED: Final = event(
    "1", "contact_requested", "1", properties={"form": "contact", "company_size": "50"}
)


def total(*options: object) -> int:
    ran = rules("score", "--json", "--now", to_text(NOW), "--events", "-", *options, events=[ASKED])
    (lead,) = ran.objects()
    return int(lead["total"])


def test_forms_stand_beside_the_rules_or_are_named(folder: Path, tmp_path: Path) -> None:
    alone = tmp_path / "scoring.yaml"
    alone.write_text(RULES, encoding="utf-8")
    without = total("--rules", alone)
    assert total("--rules", folder / "scoring.yaml") == without + 8
    assert total("--rules", alone, "--forms", folder / "forms.yaml") == without + 8


@pytest.mark.parametrize("command", ["score", "replay"])
def test_forms_that_cannot_be_used_are_said(folder: Path, tmp_path: Path, command: str) -> None:
    given_rules = ("--rules", folder / "scoring.yaml", "--events", "-")
    bad = tmp_path / "forms.yaml"
    ran = rules(command, *given_rules, "--forms", bad)
    assert (ran.status, ran.out) == (1, "")
    assert "cannot be read: No such file" in ran.err
    bad.write_text("contact: {fields: {}}\n", encoding="utf-8")
    ran = rules(command, *given_rules, "--forms", bad)
    assert (ran.status, ran.out) == (1, "")
    assert f"{bad}:1:" in ran.err


def test_the_shipped_forms_are_those_of_the_shipped_rules() -> None:
    asked = event("1", "contact_requested", "1", properties={"form": "contact", "email": "a@b.pl"})
    spam = asked | {"event_id": "2", "lead": "bob"}
    spam["properties"] = {**asked["properties"], "hp_confirm": "x"}
    options = ("--rules", ROOT / "config/scoring.yaml", "--events", "-", "--json")
    now = to_text(NOW + timedelta(days=1))
    leads = rules("score", *options, "--now", now, events=[asked, spam]).objects()
    assert [lead["temperature"] for lead in leads] == ["hot", "cold"]
