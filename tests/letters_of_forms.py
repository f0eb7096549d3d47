"""A message through a form, and the salesperson who gets its mail."""

from datetime import UTC, datetime, time
from typing import Any

from hotlist.events.event import Event
from hotlist.sales.team import Recipient

NOW = datetime(2026, 3, 29, 5, 30, tzinfo=UTC)
ANNA = Recipient(
    id="anna",
    name="Anna Kowalska",
    email="anna@example.com",
    language="pl",
    timezone="Europe/Warsaw",
    digest=time(7, 30),
    weekdays=frozenset(range(7)),
)


def asked(email: str | None = "ada@example.org", **said: Any) -> Event:
    """A message through a form."""
    return Event(
        event_id="1",
        type="contact_requested",
        occurred_at=NOW,
        received_at=NOW,
        email=email,
        phone="+48600100200",
        properties={"form": "contact", **said},
    )
