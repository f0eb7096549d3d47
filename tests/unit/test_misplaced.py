"""What arrives under a name that Hotlist itself reads is never lost, and is no less than it was."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hotlist.capture import context, forms
from hotlist.capture.answers import gathered
from hotlist.capture.context import Received
from hotlist.config.forms_schema import compile_forms
from hotlist.events import vocabulary

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADA = {"email": "a@example.org"}
TEXT = "f:\n  fields:\n    email: {type: email}\n    wish: {type: message}\n"
FORM = compile_forms(TEXT)["f"]
LONG = "word" * 1_250
NAMES = [*context.NAMES, *sorted(vocabulary.ENVELOPE - {"consents"})]
PLAUSIBLE: dict[str, Any] = {
    "page_url": "https://www.example.com/offer?utm_source=x#top",
    "page_title": "Contact us - Engines",
    "session_id": "0190a1b2-7c3d-7000-8e4f-5a6b7c8d9e0f",
    "language": "pl-PL",
    "source": "google",
    "medium": "cpc",
    "campaign": "Spring 2026",
    "term": "solar roof",
    "content": "banner_a",
    "gclid": "Cj0KCQ" * 30,
    "fbclid": "IwAR" * 50,
    "referrer": "https://www.google.com/",
    "landing_page": "https://www.example.com/",
    "visitor_id": "0190a1b2-7c3d-7000-8e4f-5a6b7c8d9e0f",
    "event_id": "0190a1b2-7c3d-7000-8e4f-5a6b7c8d9e0f",
    "sent_at": "2026-03-02T09:00:00Z",
    "occurred_at": "2026-03-02T10:00:00+01:00",
}


def read(raw: dict[str, Any], form: Any = FORM) -> forms.Reading:
    return forms.read_form("f", form, gathered({**ADA, **raw}.items()), Received(at=NOW))


def extra(raw: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = read(raw).texts.get("extra", {})
    return found


def test_what_a_page_says_of_itself_stands_in_no_extra() -> None:
    assert extra(PLAUSIBLE) == {}
    assert extra({name: [value, value] for name, value in PLAUSIBLE.items()}) == {}
    assert extra({name: ["", value] for name, value in PLAUSIBLE.items()}) == {}
    for language in ("pl", "PL", "pl_PL", "pl-PL;q=0.9", "pl,en;q=0.9", "fil"):
        assert extra({"language": language}) == {}
    assert extra(dict.fromkeys(NAMES, " ")) == extra(dict.fromkeys(NAMES)) == {}


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_read_under_a_name_is_kept_whole(name: str) -> None:
    assert extra({name: {"text": "Hello", "id": 5}}) == {
        f"{name}[text]": "Hello",
        f"{name}[id]": "5",
    }
    assert extra({name: True}) == {name: "true"}
    assert extra({name: ["one", "two"]}) == {name: "one, two"}
    assert extra({name: ["one", {"a": "two"}]}) == {f"{name}[0]": "one", f"{name}[1][a]": "two"}
    assert extra({name: "Please\ncall me"}) == {name: "Please\ncall me"}
    kept = extra({name: LONG})[name]
    assert len(kept) > 4_000
    assert kept.endswith("…")
    assert LONG.startswith(kept[:-1])


@pytest.mark.parametrize("name", sorted({*NAMES} - {"page_title", "campaign", "term"}))
def test_several_words_are_an_answer(name: str) -> None:
    assert extra({name: "A friend told me"}) == {name: "A friend told me"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sent_at", "tomorrow"),
        ("occurred_at", 1772442000000),
        ("language", "Portuguese"),
        ("language", "x"),
        ("page_url", "http://[broken"),
        ("campaign", "Please call me about the roof " * 4),
        ("term", "twelve months " * 8),
        ("visitor_id", "v" * 101),
        ("event_id", "k" * 101),
    ],
)
def test_what_is_no_plausible_value_of_its_name_is_an_answer(name: str, value: Any) -> None:
    assert extra({name: value}) == {name: str(value).strip()}


@pytest.mark.parametrize("name", NAMES)
def test_submissions_that_differ_in_such_an_answer_are_two(name: str) -> None:
    said = ("Please call me\nin March", "Please call me\nin April")
    events = {
        forms.submission("f", FORM, {**ADA, name: text}, Received(at=NOW)).event_id for text in said
    }
    assert len(events) == 2


@pytest.mark.parametrize("name", context.NAMES)
def test_a_field_may_arrive_under_a_name_of_the_context(name: str) -> None:
    form = compile_forms(TEXT.replace("message}", f"message, from: {name}}}"))["f"]
    reading = read({name: "spring"}, form)
    assert reading.answers.values == {**ADA, "wish": "spring"}
    assert reading.properties == {**ADA, "form": "f"}
    both = read({name: "spring", "wish": "roof"}, form)
    assert both.answers.values["wish"] == "roof"
    assert both.texts["extra"] == {name: "spring"}
    assert both.properties == {**ADA, "form": "f"}


def test_a_field_may_be_part_of_an_object_with_a_name_of_the_context() -> None:
    form = compile_forms(TEXT.replace("message}", 'message, from: "content[text]"}'))["f"]
    reading = read({"content": {"text": "Hello", "id": 5}}, form)
    assert reading.answers.values["wish"] == "Hello"
    assert reading.texts["extra"] == {"content[id]": "5"}
    assert read({"content": "banner_a"}, form).properties["content"] == "banner_a"
