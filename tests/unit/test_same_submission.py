"""The same submission is one event, however it is written and how often; another is never it."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hotlist.capture.capture import Capture
from hotlist.capture.http import Request
from hotlist.config.forms_schema import compile_forms
from hotlist.events.event import Event
from hotlist.events.ids import without_repetitions
from hotlist.store.events import EventStore

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORMS: Final = compile_forms("""
contact:
  type: contact_requested
  default_region: PL
  fields:
    name: {type: text, max: 200}
    email: {type: email, required: true, from: "contact[email]"}
    phone: {type: phone}
    topics: {type: choices, options: [roof, battery, heat]}
    size: {type: integer}
    budget: {type: decimal}
    terms: {type: boolean}
    message: {type: message, max: 2000}
  consents:
    email: {version: "1", text: News by e-mail}
    phone: {version: "1", text: Calls}
""")

Said = dict[str, Any]
Pairs = list[tuple[str, str]]
Encoding = Callable[[Said], Request]


class TroubledStore(EventStore):
    """A store as DynamoDB's: an id is stored once. Now and then a write fails, or its answer."""

    def __init__(self, trouble: Sequence[str] = ()) -> None:
        self.stored: dict[str, Event] = {}
        self._trouble = iter(trouble)

    def put(self, event: Event, *, tell: bool = False, to_lead: Iterable[str] = ()) -> bool:
        trouble = next(self._trouble, "")
        if trouble == "not written":
            raise ConnectionError(trouble)
        is_new = event.event_id not in self.stored
        self.stored.setdefault(event.event_id, event)
        if trouble == "answer lost":
            raise ConnectionError(trouble)
        return is_new


# --- the ways to write a submission -----------------------------------------------------------


def request(body: str | bytes, content_type: str, *, is_base64: bool = False) -> Request:
    raw = body.encode() if isinstance(body, str) else body
    text = base64.b64encode(raw).decode() if is_base64 else raw.decode()
    headers = {"content-type": content_type, "accept": "application/json"}
    path = "/forms/contact"
    return Request(
        "POST /forms/{form}", "POST", path, {"form": "contact"}, headers, text, is_base64, ""
    )


def as_json(said: Said) -> Request:
    return request(json.dumps(said), "application/json")


def as_json_in_utf8(said: Said) -> Request:
    body = json.dumps(said, ensure_ascii=False, indent=2)
    return request(body, "application/json; charset=utf-8", is_base64=True)


def as_text(said: Said) -> Request:
    return request(json.dumps(said), "text/plain;charset=UTF-8")


def as_nested_json(said: Said) -> Request:
    rest = {name: value for name, value in said.items() if name != "email"}
    return request(json.dumps(rest | {"contact": {"email": said["email"]}}), "application/json")


def as_texts(said: Said) -> Request:
    """JSON of a script that makes texts of all values, as those of a plain form."""
    fields: Said = {}
    for name, value in typed(said):
        fields[name] = [*fields[name], value] if name in fields else [value]
    return request(json.dumps(fields), "application/json")


def typed(said: Said) -> Pairs:
    """The fields as a browser sends them: texts, and names as often as there are values.

    A box that is not ticked has a hidden field that says no, as of Rails or ASP.NET.
    """
    pairs: Pairs = []
    for name, value in said.items():
        for one in value if isinstance(value, list) else [value]:
            text = {True: "on", False: "false"}[one] if isinstance(one, bool) else str(one)
            pairs.append((name, re.sub(r"\r\n|\n", "\r\n", text)))
    return pairs


def urlencoded(charset: str, *, declared: bool = True) -> Encoding:
    def encode(said: Said) -> Request:
        hidden = [] if declared else [("_charset_", charset)]

        def written(text: str) -> str:
            raw = text.encode(charset, "xmlcharrefreplace")
            return quote_from_bytes(raw, safe=" *-._").replace(" ", "+")

        pairs = [*typed(said), *hidden]
        body = "&".join(f"{written(name)}={written(value)}" for name, value in pairs)
        kind = "application/x-www-form-urlencoded"
        return request(body, f"{kind}; charset={charset}" if declared else kind)

    return encode


def multipart(charset: str) -> Encoding:
    def encode(said: Said) -> Request:
        mark = b"--xXhotlistXx"
        parts = b"".join(
            mark + f'\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
            + value.encode(charset, "xmlcharrefreplace") + b"\r\n"
            for name, value in [*typed(said), ("_charset_", charset)]
        )  # fmt: skip
        return request(
            parts + mark + b"--\r\n", "multipart/form-data; boundary=xXhotlistXx", is_base64=True
        )

    return encode


ENCODINGS: Final[dict[str, Encoding]] = {
    "JSON": as_json,
    "JSON in UTF-8 and base64": as_json_in_utf8,
    "JSON as text": as_text,
    "nested JSON": as_nested_json,
    "JSON of texts": as_texts,
    "urlencoded": urlencoded("utf-8"),
    "urlencoded in windows-1250": urlencoded("windows-1250"),
    "urlencoded in iso-8859-2": urlencoded("iso-8859-2", declared=False),
    "urlencoded in koi8-r": urlencoded("koi8-r"),
    "multipart": multipart("utf-8"),
    "multipart in windows-1250": multipart("windows-1250"),
}

# `&#1078;` means the character in a charset that does not have it, so nobody can write it as text.
characters = st.characters(codec="utf-8", exclude_characters="&\r")
words = st.text(characters, max_size=30) | st.sampled_from(["Żaneta", "日本", "a+b=c%20", "\u200b"])
people = st.sampled_from(["zaneta@example.org", "Ada.L@Example.org", "bo@example.com"])
said_fields: Final = {
    "name": words,
    "phone": st.sampled_from(["600 100 200", "+48600100201", "later", ""]),
    "topics": st.lists(st.sampled_from(["roof", "battery", "heat"]), unique=True),
    "size": st.integers(-5, 10**6),
    "budget": st.integers(-5, 10**6) | st.sampled_from([0.5, 1250.25]),
    "terms": st.booleans(),
    "message": st.text(characters, max_size=200),
    "consent_email": st.booleans(),
    "consent_phone": st.booleans(),
    "wish": words,  # no field of the form
}
submissions = st.fixed_dictionaries({"email": people}, optional=said_fields)
encodings = st.sampled_from([*ENCODINGS])


def post(
    store: TroubledStore, said: Said, encoding: str = "JSON", at: datetime = NOW
) -> str | None:
    """The id with which a submission is acknowledged; None if it is not."""
    try:
        answer = Capture(store, FORMS, []).answer(ENCODINGS[encoding](said), at)
    except ConnectionError:
        return None
    assert answer["statusCode"] == 201, answer["body"]
    event_id: str = json.loads(answer["body"])["event_id"]
    return event_id


def event_of(said: Said, encoding: str = "JSON", at: datetime = NOW) -> Event:
    store = TroubledStore()
    post(store, said, encoding, at)
    (event,) = store.stored.values()
    return event


def content(event: Event) -> tuple[object, ...]:
    """What a person said through a form."""
    proofs: Any = event.texts.get("consents", {})
    texts = {name: text for name, text in event.texts.items() if name != "consents"}
    return event.email, event.phone, event.properties, texts, sorted(proofs)


# --- one submission is one event --------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(said=submissions)
@example(said={"email": "bo@example.com", "message": "\n a\n\nb \t", "name": " \u00a0x"})
@example(said={"email": "bo@example.com", "terms": False, "consent_email": False, "topics": []})
def test_a_submission_is_the_same_event_in_any_encoding(encoding: str, said: Said) -> None:
    one, other = event_of(said), event_of(said, encoding)
    assert content(other) == content(one)
    assert (other.event_id, other.dedup) == (one.event_id, one.dedup)


times = st.integers(0, 599_999).map(lambda ms: NOW + timedelta(milliseconds=ms))


@given(
    said=st.lists(submissions, min_size=1, max_size=4),
    order=st.lists(st.tuples(st.integers(0, 3), encodings, times), min_size=1, max_size=12),
)
def test_any_interleaving_of_repetitions_stores_each_submission_once(
    said: list[Said], order: list[tuple[int, str, datetime]]
) -> None:
    store = TroubledStore()
    ids = {post(store, said[who % len(said)], how, at) for who, how, at in order}
    sent = [content(event_of(said[who % len(said)])) for who, _, _ in order]
    found = [content(event) for event in store.stored.values()]
    assert ids == store.stored.keys()
    assert len(found) == len([one for n, one in enumerate(sent) if one not in sent[:n]])
    assert all(one in found for one in sent)


KEY: Final = "019cadc6-9a80-7000-8000-000000000001"  # of the day of NOW


@given(said=submissions, gaps=st.lists(st.integers(0, 20 * 3600), min_size=1, max_size=6))
def test_a_submission_with_its_key_is_one_event_for_a_day(said: Said, gaps: list[int]) -> None:
    store = TroubledStore()
    for gap in gaps:
        at = NOW + timedelta(seconds=gap)
        post(store, said | {"event_id": KEY, "sent_at": at.isoformat()}, at=at)
    assert len(store.stored) == 1


@given(said=submissions, gaps=st.lists(st.integers(0, 599), min_size=1, max_size=6))
def test_without_a_key_a_lead_has_it_once_for_ten_minutes(said: Said, gaps: list[int]) -> None:
    store = TroubledStore()
    start = NOW + timedelta(minutes=5)
    for gap in gaps:
        post(store, said, at=start + timedelta(seconds=gap))
    assert len(without_repetitions(store.stored.values())) == 1


# --- another submission is never it -----------------------------------------------------------


@given(one=submissions, other=submissions, key=st.sampled_from([None, "k1", KEY]))
@example(one={"email": "a@b.pl"}, other={"email": "a@b.pl", "consent_email": True}, key=KEY)
@example(one={"email": "a@b.pl"}, other={"email": "a@b.pl", "phone": "later"}, key=KEY)
@example(one={"email": "a@b.pl"}, other={"email": "a@b.pl", "wish": "a roof"}, key=None)
@example(
    one={"email": "a@b.pl", "name": "x", "message": "y"},
    other={"email": "a@b.pl", "name": "y", "message": "x"},
    key=None,
)
def test_another_submission_never_stands_for_it(one: Said, other: Said, key: str | None) -> None:
    keyed = {"event_id": key} if key else {}
    first, second = event_of(one | keyed), event_of(other | keyed)
    assume(content(first) != content(second))
    assert first.event_id != second.event_id
    assert key or first.dedup != second.dedup
    store = TroubledStore()
    post(store, one | keyed)
    post(store, other | keyed)
    assert {event.email for event in store.stored.values()} == {first.email, second.email}
    assert len(store.stored) == 2


@given(said=submissions, email=people, key=st.sampled_from(["k1", KEY]))
def test_nobody_takes_the_place_of_another_by_their_key(said: Said, email: str, key: str) -> None:
    assume(email.lower() != said["email"].lower())
    store = TroubledStore()
    taken = post(store, {"email": email, "event_id": key})
    own = post(store, said | {"event_id": key})
    assert own != taken
    assert own is not None
    assert store.stored[own].email == event_of(said).email


# --- acknowledged implies stored --------------------------------------------------------------


@given(
    order=st.lists(
        st.tuples(submissions, encodings, st.sampled_from(["", "", "not written", "answer lost"])),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_acknowledged_is_stored(order: list[tuple[Said, str, str]]) -> None:
    store = TroubledStore([trouble for _, _, trouble in order])
    for said, how, trouble in order:
        event_id = post(store, said, how)
        assert (event_id is None) == bool(trouble)
        if event_id is not None:
            assert content(store.stored[event_id]) == content(event_of(said, how))


@given(
    said=submissions,
    how=encodings,
    troubles=st.lists(st.sampled_from(["not written", "answer lost"]), max_size=4),
)
def test_whoever_sends_until_there_is_an_answer_is_stored_once(
    said: Said, how: str, troubles: list[str]
) -> None:
    store = TroubledStore(troubles)
    answers = [post(store, said, how) for _ in (*troubles, "")]
    assert answers[:-1] == [None] * len(troubles)
    assert list(store.stored) == answers[-1:]
