"""docs/privacy.md names all that an event may hold, and says how long it is kept."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from hotlist.capture import context, proof
from hotlist.capture.context import Received
from hotlist.events import retention, vocabulary
from hotlist.identity.claims import IDENTITY_KEPT
from hotlist.store import deliveries, events

PAGE: Final = (Path(__file__).parents[2] / "docs/privacy.md").read_text("utf-8")


def rows(first: str) -> set[str]:
    """The names in the first column of the table whose head begins so."""
    table = PAGE.partition(f"| {first} |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_attribute_of_an_event_is_named() -> None:
    made = {*events._SCORED, "lane", "texts"}
    assert rows("datum") == made


def test_every_property_that_is_not_a_field_is_named() -> None:
    ours = vocabulary.RESERVED - {"extra"}
    assert rows("property") == ours
    assert set(context.BY_IMPORTANCE) <= ours


def test_every_text_that_is_not_a_field_is_named() -> None:
    assert rows("text") == {"extra", "user_agent", "consents"}


def test_every_part_of_a_proof_is_named() -> None:
    consent = {"version": "1", "text": {"en": "Yes"}}
    form = {"form_version": "f", "consents": {"email": consent}}
    received = Received(at=datetime(2026, 1, 1, tzinfo=UTC), address="203.0.113.77")
    assert rows("part of the proof") == set(proof.of(form, ["email"], received, "en")["email"])


@pytest.mark.parametrize(
    ("what", "kept"),
    [
        ("what a browser's tracking", retention.TRACKING),
        ("what was taken for spam", retention.SPAM_KEPT),
        ("a form that was sent as a test", retention.TEST_KEPT),
        ("forms without a consent", retention.ORDINARY),
        ("consents and their end", retention.DURABLE),
        ("a reclassification", retention.RECLASSIFICATION),
        ("which phones and browsers", IDENTITY_KEPT),
        ("which mail was sent", deliveries.KEPT),
    ],
)
def test_the_days_are_those_of_the_code(what: str, kept: object) -> None:
    days = re.findall(rf"^\| {re.escape(what)}[^|]*\| (\d+) \|$", PAGE, re.MULTILINE)
    assert [f"{int(one)} days, 0:00:00" for one in days] == [str(kept)]
