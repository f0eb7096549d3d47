"""Capture answers whatever is sent, and what it stores is text that anybody can read again."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotlist.capture import context
from hotlist.capture.capture import Capture
from hotlist.capture.context import Received
from hotlist.capture.http import Refused, Request
from hotlist.capture.tracked import tracked
from hotlist.config.forms_schema import compile_forms
from hotlist.events.event import Event
from hotlist.store.events import EventStore, from_item, to_item

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONFIG = Path(__file__).parents[1] / "config" / "forms.yaml"
FORMS = compile_forms(CONFIG.read_text("utf-8"))
QUICK = settings(max_examples=300)

GOOD = {"name": "Ada", "email": "ada@example.org", "message": "Hi"}
CONSENT = {"purpose": "tracking", "version": "1"}
URLENCODED = "application/x-www-form-urlencoded"


class Kept(EventStore):
    """A store that keeps the items, as far as DynamoDB would take them."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []

    def put(self, event: Event, *, tell: bool = False, to_lead: Iterable[str] = ()) -> bool:
        self.put_all([event], 100)
        return True

    def put_all(self, events: Sequence[Event], most_units: int) -> list[str | None]:
        self.items += [to_item(event) for event in events]
        return [None] * len(events)


def post(path: str, body: str, **headers: str) -> tuple[int, list[dict[str, Any]]]:
    """The status of the answer, and what was stored; both hold what must always hold."""
    store = Kept()
    route = "POST /events" if path == "/events" else "POST /forms/{form}"
    said = {"content-type": "application/json"}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(
        route, "POST", path, {"form": path[len("/forms/") :]}, said, body, False, "api.example.com"
    )
    answer = Capture(store, FORMS, ["https://www.example.com"]).answer(request, NOW)
    json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    for item in store.items:
        json.dumps(item, ensure_ascii=False, allow_nan=False).encode()
        json.dumps(json.loads(item["properties"]["S"]), allow_nan=False)
        assert from_item(item).subject == item["subject"]["S"]
    assert 200 <= answer["statusCode"] < 500
    assert answer["statusCode"] < 300 or answer["statusCode"] == 303 or not store.items
    return answer["statusCode"], store.items


def tracking(**said: Any) -> str:
    body = {"visitor_id": "v", "consent": CONSENT, "events": [{"type": "page_viewed"}]}
    return json.dumps(body | said)


@pytest.mark.parametrize(
    ("path", "body"), [("/forms/contact", json.dumps(GOOD)), ("/events", tracking())]
)
@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "https://", "\ud800", "", "://"])
def test_an_origin_that_is_none_is_refused(path: str, body: str, origin: str) -> None:
    assert post(path, body, origin=origin) == (403, [])


@pytest.mark.parametrize("visitor_id", ["\ud800", "v\udfff", "", 7, None, ["v"], "x" * 101])
def test_a_visitor_who_has_no_name_is_refused(visitor_id: object) -> None:
    assert post("/events", tracking(visitor_id=visitor_id)) == (422, [])


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
def test_a_number_that_is_none_in_json_is_refused(number: str) -> None:
    form = json.dumps(GOOD)[:-1] + f', "shoe": {number}}}'
    assert post("/forms/contact", form) == (400, [])
    events = tracking(events=[{"type": "page_viewed", "properties": {"n": 0.5}}])
    assert post("/events", events)[0] == 202
    assert post("/events", events.replace("0.5", number)) == (400, [])


def test_half_a_character_is_left_out_and_no_lead_is_lost() -> None:
    body = json.dumps({**GOOD, "page_title": "Roof\ud83d", "sh\ud800oe": "4\ud8003"})
    status, [item] = post("/forms/contact", body, user_agent="A\ud800")
    assert status == 201
    properties = json.loads(item["properties"]["S"])
    assert properties["page_title"] == "Roof"
    assert json.loads(item["texts"]["S"])["extra"] == {"shoe": "43"}
    assert properties["user_agent"] == "A"


def test_half_a_character_in_an_action_is_left_out() -> None:
    said = {
        "type": "page_viewed",
        "properties": {"pl\ud800an": "pro\ud800", "page_title": "\ud83d"},
    }
    status, [item] = post("/events", tracking(events=[said]))
    assert status == 202
    assert json.loads(item["properties"]["S"]) == {"plan": "pro"}


def test_no_name_of_ours_is_got_by_half_a_character() -> None:
    said = {"type": "page_viewed", "properties": {"kiosk\ud800": True, "page_path\udfff": 7}}
    _, [item] = post("/events", tracking(events=[said]))
    assert json.loads(item["properties"]["S"]) == {}


@pytest.mark.parametrize("depth", [10, 500, 900, 950, 970, 980, 990, 1000, 30_000])
@pytest.mark.parametrize("name", ["shoe", "name", "consent_email", "consents", "visitor_id"])
def test_values_within_values_are_no_trouble(depth: int, name: str) -> None:
    nested = "[" * depth + "]" * depth
    form = json.dumps({**GOOD, name: 0}).replace(f'"{name}": 0', f'"{name}": {nested}')
    assert post("/forms/contact", form)[0] in (201, 400, 422)
    actions = tracking(events=[{"type": "page_viewed", "properties": {name: 0}}])
    assert post("/events", actions.replace(f'"{name}": 0', f'"{name}": {nested}'))[0] in (202, 400)


@pytest.mark.parametrize("depth", [1, 7, 8, 9, 100, 480, 490, 500, 900, 970, 980, 990, 1000])
@pytest.mark.parametrize("name", ["shoe", "name", "contact", "consents", "hp_confirm"])
def test_objects_within_objects_are_no_trouble(depth: int, name: str) -> None:
    for start, end in (('{"a":', "}"), ('[{"a":', "}]")):
        nested = start * depth + "1" + end * depth
        form = json.dumps({**GOOD, name: 0}).replace(f'"{name}": 0', f'"{name}": {nested}')
        assert post("/forms/contact", form)[0] in (201, 400, 422)


# Any characters, halves of one among them: JSON may write them as \ud800.
texts = st.text(st.characters(), max_size=12) | st.text(
    st.characters(categories=["Cs"]), max_size=3
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    scalars | st.sampled_from([10**400, 1e400, "http://[", "2026-03-02T09:00:00Z"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
NAMES = [*FORMS["contact"]["fields"], *context.NAMES, "visitor_id", "event_id", "sent_at"]
names = (
    st.sampled_from([*NAMES, "occurred_at", "consents", "consent_email", "hp_confirm", "name[]"])
    | texts
)
said_headers = st.dictionaries(
    st.sampled_from(["origin", "referer", "user_agent", "accept_language", "accept"]),
    st.sampled_from(["https://www.example.com", "http://[", "text/html"]) | texts,
)


@QUICK
@given(st.dictionaries(names, values, max_size=8), st.booleans(), said_headers)
@example({"email": "a\ud800@example.org"}, True, {})
def test_any_submission(said: dict[str, Any], whole: bool, headers: dict[str, str]) -> None:
    post("/forms/contact", json.dumps({**GOOD, **said} if whole else said), **headers)


@QUICK
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "visitor_id": texts,
            "sent_at": values,
            "consent": values,
            "events": st.lists(
                values
                | st.fixed_dictionaries(
                    {"type": st.just("page_viewed"), "properties": st.dictionaries(names, values)},
                    optional={"event_id": values, "occurred_at": values, "page_url": values},
                ),
                max_size=3,
            ),
        },
    ),
    said_headers,
)
def test_any_actions(said: dict[str, Any], headers: dict[str, str]) -> None:
    post("/events", tracking(**said), **headers)


@QUICK
@given(
    st.lists(st.tuples(names, texts), max_size=8),
    st.sampled_from(
        ["utf-8", "utf-7", "utf-16", "unicode_escape", "gb18030", "iso-2022-jp", "big5", "hex"]
    )
    | texts,
    said_headers,
)
def test_any_html_form(said: list[tuple[str, str]], charset: str, headers: dict[str, str]) -> None:
    body = urlencode([*GOOD.items(), *said], errors="surrogatepass")
    post("/forms/contact", body, content_type=f"{URLENCODED}; charset={charset}", **headers)


@QUICK
@given(values, st.sampled_from(["/events", "/forms/contact", "/forms/\ud800"]))
def test_any_body(body: object, path: str) -> None:
    post(path, json.dumps(body))


@QUICK
@given(texts, st.sampled_from(["application/json", "text/plain", URLENCODED]) | texts)
def test_any_text(body: str, kind: str) -> None:
    for path in ("/events", "/forms/contact"):
        post(path, body, content_type=kind, accept="text/html")


def test_a_body_that_is_no_base64_is_refused() -> None:
    said = {"requestContext": {"http": {"method": "POST", "path": "/events"}}}
    for body in ("ł", "a", "!!!!"):
        event = {**said, "routeKey": "POST /events", "body": body, "isBase64Encoded": True}
        with pytest.raises(Refused, match="cannot be decoded"):
            Request.of(event).raw_body()


@pytest.mark.parametrize(
    ("charset", "status"),
    [
        *((one, 201) for one in ("utf-8", "UTF8", '"iso-8859-2"', "windows-1250", "koi8-r", "gbk")),
        *((one, 415) for one in ("unicode_escape", "punycode", "utf-7", "idna", "hex", "x", "ż")),
    ],
)
def test_charsets_are_those_of_web_pages(charset: str, status: int) -> None:
    kind = f"{URLENCODED}; charset={charset}"
    assert post("/forms/contact", urlencode(GOOD), content_type=kind)[0] == status


@pytest.mark.parametrize("name", ["'}; --", "a': ?, 'tell", '"', "?", "{0}"])
def test_no_name_that_is_sent_is_in_a_statement(name: str) -> None:
    statements: list[str] = []

    class Client:
        def batch_execute_statement(self, Statements: list[Any]) -> Any:  # noqa: N803
            statements.extend(one["Statement"] for one in Statements)
            return {"Responses": [{} for _ in Statements]}

    for said in ({}, {name: name}):
        raw = {"type": "page_viewed", "event_id": name, "properties": said}
        event = tracked(raw, "v1", Received(NOW), None)
        EventStore(Client(), "events").put_all([event], 20)
    assert len(statements) == 2
    assert statements[0] == statements[1]
