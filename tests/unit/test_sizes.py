"""Whatever is sent, an event is as large as a fold and DynamoDB can bear."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from bench.units import size
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotlist.capture import forms
from hotlist.capture.capture import MAX_UNITS, Capture
from hotlist.capture.context import BY_IMPORTANCE, NAMES, BadFields, Received
from hotlist.capture.http import Request
from hotlist.capture.tracked import tracked
from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.events import sizes
from hotlist.events.event import Event
from hotlist.store.events import DUPLICATE, LEFT, EventStore, from_item, to_item
from hotlist.store.items import item_size, write_units

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHARACTERS = ["x", "ł", "€", "😀", '"', "\\", "\n", "\x01", "\x7f", "\u200b", "<", "\ud800"]
TIGHT = """
tight:
  type: custom:NAME
  fields:
    email: {type: email}
    phone: {type: phone}
    size: {type: integer, max: 99999999}
    ok: {type: boolean}
    role: {type: choice, options: ["łłłł", "a"]}
    one: {type: text, max: 300}
    two: {type: text}
    message: {type: message, max: 2000}
    other: {type: message}
  consents: {email: {version: "1", text: x}, phone: {version: "2", text: y}}
""".replace("NAME", "x" * 64)
FORM = compile_forms(TIGHT)["tight"]
LONGEST = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 45}.example.org"
"""An address of 244 characters: no name before the @ is longer than 64."""


def scored(event: Event) -> int:
    """The bytes of what a fold reads, by DynamoDB's rules."""
    return size({name: value for name, value in to_item(event).items() if name != "texts"})


def assert_fits(event: Event) -> None:
    item = to_item(event)
    assert scored(event) <= sizes.SCORED_BYTES
    assert len(item.get("texts", {"S": ""})["S"].encode()) <= sizes.TEXTS_BYTES
    assert size(item) <= item_size(item) <= size(item) + 16
    memory = sum(
        len(text) * (1 if text.isascii() else 4)
        for pair in event.properties.items()
        for text in pair
        if isinstance(text, str)
    )
    assert memory <= sizes.SCORED_BYTES, "Python holds more"


def hostile(character: str, most: int = 64_000) -> Iterator[dict[str, Any]]:
    """Submissions that have much of one character, in one place or another."""
    text = character * most
    good = {
        "email": LONGEST,
        "phone": "+48512000000",
        "visitor_id": "v",
        "consent_email": "1",
        "consent_phone": "1",
        "event_id": "k" * 100,
        "role": "łłłł",
        "size": 99_999_999,
        "ok": True,
        "hp_confirm": "x",
    }
    one, two = FORM["fields"]["one"]["max"], FORM["fields"]["two"]["max"]
    full = {"one": ("x" + character * one)[: one - 1] + "x", "two": "x" * (two - 1) + "ł"}
    context = dict.fromkeys(NAMES, text)
    yield good | full | context | {"message": "m" + character * 1_990 + "m"}
    yield good | context
    yield good | full | {"page_url": "https://x.example/" + text}
    yield good | {f"{character}{n}": character * 200 for n in range(300)} | context
    yield good | {text[:9_000]: text[:9_000], "phone": text, "ok": text}
    yield good | {"consents": [text, text]} | {"other": character * 5_000, "message": "m" * 2_000}


@pytest.mark.parametrize("character", CHARACTERS)
def test_no_submission_makes_a_larger_event(character: str) -> None:
    kept = 0
    for raw in hostile(character):
        received = Received(NOW, character * 9_000, character * 999, character * 999)
        try:
            event = forms.submission("tight", FORM, raw, received)
        except BadFields:
            continue
        kept += 1
        assert_fits(event)
        assert event.event_id == forms.submission("tight", FORM, raw, received).event_id
    assert kept >= 2, "nothing is tried"


@pytest.mark.parametrize("character", CHARACTERS)
def test_no_action_makes_a_larger_event(character: str) -> None:
    text = character * 60_000
    context = dict.fromkeys(NAMES, text)
    for own in (
        {"a": text, "b": text, "n": 5},
        {f"{n}{character * 70}": n for n in range(300)},
        {f"{n}": character for n in range(300)},
        {"n": 10**4_000, "m": 10**4_000, "f": 1e300},
        {},
    ):
        received = Received(NOW, text, text, text)
        raw = {"type": "custom:" + "x" * 64, "properties": own | context, "event_id": "k" * 100}
        event = tracked(raw, "v", received, None)
        assert_fits(event)
        assert write_units(to_item(event)) <= MAX_UNITS, "it could never be stored"


def test_a_type_without_an_end_is_no_type() -> None:
    with pytest.raises(BadFields):
        tracked({"type": "custom:" + "x" * 65}, "v", Received(NOW), None)


def test_what_matters_survives_a_long_referrer() -> None:
    said = {"gclid": "g", "campaign": "c", "page_url": "https://x.example/pricing?a=1"}
    long = dict.fromkeys(("referrer", "landing_page"), "https://x.example/" + "x" * 1900)
    for event in (
        forms.submission(
            "tight", FORM, {"email": "a@x.example"} | said | long, Received(NOW, "UA")
        ),
        tracked({"type": "page_viewed", "properties": said | long}, "v", Received(NOW, "UA"), None),
    ):
        kept = event.properties
        assert {name: kept[name] for name in said} == said
        assert (kept["page_path"], kept["user_agent"]) == ("/pricing", "UA")
        assert kept["referrer"] == long["referrer"]
        assert 0 < len(str(kept["landing_page"])) < len(long["landing_page"])


def test_the_order_of_importance_names_all_of_the_context() -> None:
    beside = {"page_path", "user_agent", "origin"}
    assert {*BY_IMPORTANCE} == {*NAMES} | beside
    assert len(BY_IMPORTANCE) == len({*BY_IMPORTANCE})


def test_what_is_left_of_a_long_agent_is_no_business_of_scoring() -> None:
    agent = "Mozilla " + "x" * 600
    for event in (
        forms.submission("tight", FORM, {"email": "a@x.example"}, Received(NOW, agent)),
        tracked({"type": "page_viewed"}, "v", Received(NOW, agent), None),
    ):
        assert f"{event.properties['user_agent']}{event.texts['user_agent']}" == agent
        assert len(str(event.properties["user_agent"])) == 512


def test_a_message_of_emoji_that_has_no_room_is_refused_with_what_has() -> None:
    form = {"type": "form_submitted", "fields": {"email": {"type": "email"}}}
    form["fields"] |= {"message": {"type": "message", "max": 5_000}}  # type: ignore[operator]
    raw = {"email": "a@x.example", "message": "😀" * 5_000}
    with pytest.raises(BadFields) as error:
        forms.submission("f", form, raw, Received(NOW))
    reason = error.value.errors["message"]
    most = int(reason.split()[2])
    assert reason == f"at most {most} characters such as these"
    assert 4_000 < most < 4_096
    assert_fits(forms.submission("f", form, raw | {"message": "😀" * most}, Received(NOW)))


def test_a_submission_with_another_message_is_another() -> None:
    raw = {"email": "a@x.example", "message": "one"}
    first, second = (
        forms.submission("tight", FORM, raw | {"message": text}, Received(NOW))
        for text in ("one", "two")
    )
    assert first.event_id != second.event_id
    assert first.properties == second.properties


def test_an_item_without_texts_is_an_event_without_them() -> None:
    event = forms.submission("tight", FORM, {"email": "a@x.example", "message": "m"}, Received(NOW))
    item = to_item(event)
    assert from_item(item) == event
    del item["texts"]
    assert (from_item(item).texts, from_item(item).properties) == ({}, event.properties)


# --- the build ------------------------------------------------------------------------------


def of_fields(*fields: str) -> str:
    return "a:\n  fields:\n    email: {type: email}\n" + "".join(f"    {f}\n" for f in fields)


def test_ten_texts_without_a_limit_share_the_room() -> None:
    fields = compile_forms(of_fields(*(f"answer_{n}: {{type: text}}" for n in range(10))))["a"][
        "fields"
    ]
    given = {fields[f"answer_{n}"]["max"] for n in range(10)}
    assert len(given) == 1
    assert 60 <= given.pop() <= 70


def test_a_text_alone_has_the_default_and_two_messages_share() -> None:
    one = compile_forms(of_fields("a: {type: text}", "m: {type: message}"))["a"]["fields"]
    assert (one["a"]["max"], one["m"]["max"]) == (500, 5_000)
    two = compile_forms(of_fields("a: {type: message}", "b: {type: message}"))["a"]["fields"]
    assert two["a"]["max"] == two["b"]["max"] == 2_728


@pytest.mark.parametrize(
    ("text", "largest"),
    [
        (
            of_fields("a: {type: text, max: 400}", "b: {type: text, max: 300}"),
            "a (1,607), b (1,207)",
        ),
        (
            of_fields("a: {type: message, max: 5000}", "b: {type: message, max: 500}"),
            "a (15,007), b (1,507)",
        ),
        (
            of_fields(*(f"f{n:02}: {{type: text}}" for n in range(30))),
            "email (265), f00 (169), f01",
        ),
        (of_fields("a: {type: choice, options: [" + "ł" * 2_000 + "]}"), "a (4,007), email (265)"),
        (
            of_fields("a: {type: integer, max: 1" + "0" * 900 + "}", "b: {type: text, max: 600}"),
            "b (2",
        ),
        (of_fields(*(f"{'n' * 60}{n:03}: {{type: boolean}}" for n in range(60))), "email"),
        (
            of_fields("a: {type: text, max: 690}")
            + "  consents: {x: {version: "
            + "v" * 40
            + ", text: t}}",
            "a (",
        ),
    ],
)
def test_a_form_without_room_is_refused_with_its_largest_fields(text: str, largest: str) -> None:
    with pytest.raises(BadConfig) as error:
        compile_forms(text)
    (finding,) = error.value.findings
    assert (finding.path, finding.code) == ("a.fields", "too-large")
    assert (finding.line, finding.column) == (2, 3)
    assert f"the largest are {largest}" in finding.message
    assert "lower their `max`" in finding.message
    assert "has room for" in finding.message


def test_the_build_allows_what_surely_fits_to_the_character() -> None:
    fits = of_fields("a: {type: text, max: 693}")
    assert compile_forms(fits)
    with pytest.raises(BadConfig):
        compile_forms(fits.replace("693", "694"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, 200), min_size=1, max_size=6), st.sampled_from(CHARACTERS[:8]))
def test_a_form_that_builds_takes_every_answer_within_its_limits(
    limits: list[int], character: str
) -> None:
    text = of_fields(*(f"a{n}: {{type: text, max: {most}}}" for n, most in enumerate(limits)))
    try:
        form = compile_forms(text)["a"]
    except BadConfig:
        return
    raw = {f"a{n}": "x" + character * (most - 2) + "x" for n, most in enumerate(limits) if most > 2}
    event = forms.submission("a", form, raw | {"email": LONGEST}, Received(NOW))
    assert_fits(event)
    for n, most in enumerate(limits):
        if most > 2:
            assert len(str(event.properties[f"a{n}"])) == most, "it was cut"


# --- a call of /events ----------------------------------------------------------------------


class Client:
    """Takes statements; those of these places are known already or fail."""

    def __init__(self, **codes: str) -> None:
        self.codes = codes
        self.calls: list[list[dict[str, Any]]] = []

    def batch_execute_statement(self, Statements: list[dict[str, Any]]) -> Any:  # noqa: N803
        self.calls.append(Statements)
        answers = [self.codes.get(f"n{n}") for n in range(len(Statements))]
        return {"Responses": [{"Error": {"Code": c}} if c else {} for c in answers]}


def call(client: Client, events: Sequence[Any]) -> tuple[int, list[Any]]:
    body = json.dumps(
        {"visitor_id": "v", "consent": {"purpose": "tracking", "version": "1"}, "events": events}
    )
    headers = {"content-type": "text/plain"}
    request = Request("POST /events", "POST", "/events", {}, headers, body, False, "")
    answer = Capture(EventStore(client, "events"), {}, []).answer(request, NOW)
    return answer["statusCode"], json.loads(answer["body"]).get("results", [])


def viewed(number: int, size: int = 0) -> dict[str, Any]:
    own = {"a": f"{number}", "b": "x" * min(size, 2_000), "c": "x" * max(0, size - 2_000)}
    return {"type": "page_viewed", "event_id": f"key {number}", "properties": own}


def test_each_event_of_a_call_has_its_own_answer() -> None:
    client = Client(n1=DUPLICATE, n2="ThrottlingError")
    events = [viewed(0), {"type": "sales_won"}, viewed(1), viewed(2), viewed(0)]
    status, results = call(client, events)
    assert (status, [one["status"] for one in results]) == (
        202,
        ["stored", "refused", "duplicate", "not_stored", "duplicate"],
    )
    assert results[3]["reason"] == "it could not be stored; send it again"
    assert "type" in results[1]["reason"]


def test_a_call_of_which_nothing_could_be_stored_is_no_success() -> None:
    assert call(Client(n0="ThrottlingError"), [viewed(0)])[0] == 503
    assert call(Client(), [{"type": "sales_won"}])[0] == 202


def test_a_call_stores_twenty_write_units_and_the_rest_comes_in_the_next() -> None:
    todo = [viewed(n, 2_900) for n in range(20)]
    stored, calls = 0, 0
    while todo:
        client = Client()
        status, results = call(client, todo)
        assert status == 202
        units = sum(
            write_units(
                dict(
                    zip(
                        statement["Statement"].split("'")[1::2],
                        statement["Parameters"],
                        strict=True,
                    )
                )
            )
            for statement in client.calls[0]
        )
        assert 16 < units <= MAX_UNITS or len(client.calls[0]) == len(todo)
        statuses = [one["status"] for one in results]
        assert statuses == sorted(statuses, reverse=True), "the first ones are stored"
        stored += statuses.count("stored")
        todo = [one for one, s in zip(todo, statuses, strict=True) if s == "not_stored"]
        if todo:
            assert "20 write units; send it again in another call" in results[-1]["reason"]
        calls += 1
    assert (stored, calls) == (20, 4)


def test_small_events_all_fit_into_a_call() -> None:
    status, results = call(Client(), [viewed(n) for n in range(20)])
    assert (status, {one["status"] for one in results}) == (202, {"stored"})


def test_a_store_that_is_given_no_units_asks_nothing() -> None:
    client = Client()
    event = tracked(viewed(0), "v", Received(NOW), None)
    assert EventStore(client, "events").put_all([event], 0) == [LEFT]
    assert EventStore(client, "events").put_all([], 20) == []
    assert client.calls == []
