"""Instants: whole milliseconds in UTC, as numbers and as text; the clock of a client corrected."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (at - _EPOCH) // MILLISECOND


def from_ms(ms: int) -> datetime:
    """The UTC instant at these milliseconds since 1970.

    :raises OverflowError: beyond the year 9999.
    """
    return _EPOCH + timedelta(milliseconds=ms)


def cut(at: datetime) -> datetime:
    """The same instant in UTC, rounded down to whole milliseconds."""
    return from_ms(to_ms(at))


def to_text(at: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`. Such texts sort in the order of time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The instant of an ISO 8601 text with an offset.

    :raises ValueError: for any other text.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC; write 2026-03-28T12:00:00Z")
    return cut(at)


CLIENT_WINDOW: Final = timedelta(days=7)


def occurred(received_at: datetime, said_at: datetime | None, sent_at: datetime | None) -> datetime:
    """When something happened, by a client's clock that may be wrong.

    `said_at` is when it happened and `sent_at` when it was sent, both by the client's clock.
    `said_at` is moved by the clock's error (`received_at - sent_at`). The result is never
    later than `received_at`, and at most a week earlier.
    """
    if said_at is None:
        return received_at
    try:
        corrected = said_at + (received_at - sent_at) if sent_at else said_at
    except OverflowError:
        return received_at
    return cut(min(received_at, max(received_at - CLIENT_WINDOW, corrected)))


def ceil_second(at: datetime) -> datetime:
    """The instant rounded up to whole seconds: DynamoDB keeps expiry in seconds."""
    return at + timedelta(microseconds=-at.microsecond % 1_000_000)
