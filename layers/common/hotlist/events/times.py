"""Instants: whole milliseconds in UTC, their text, and what a client's clock may say."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
_SECOND: Final = timedelta(seconds=1)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since 1970, finer digits cut off."""
    return (at - _EPOCH) // MILLISECOND


def from_ms(ms: int) -> datetime:
    """The UTC instant of these milliseconds since 1970. OverflowError beyond year 9999."""
    return _EPOCH + timedelta(milliseconds=ms)


def cut(at: datetime) -> datetime:
    """The same instant in UTC, cut to whole milliseconds."""
    return from_ms(to_ms(at))


def to_text(at: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`: sorts as text the way it sorts as time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The instant of an ISO 8601 text with an offset. ValueError for anything else."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC; write 2026-03-28T12:00:00Z")
    return cut(at)


CLIENT_WINDOW: Final = timedelta(days=7)


def occurred(received_at: datetime, said_at: datetime | None, sent_at: datetime | None) -> datetime:
    """When it happened, from an untrusted client clock.

    `said_at` is moved by the client's error (`received_at - sent_at`) and then held
    within the week before it was received.
    """
    if said_at is None:
        return received_at
    try:
        corrected = said_at + (received_at - sent_at) if sent_at else said_at
    except OverflowError:
        return received_at
    return cut(min(received_at, max(received_at - CLIENT_WINDOW, corrected)))


def ceil_second(at: datetime) -> datetime:
    """The first whole second not before `at`: DynamoDB keeps expiry in seconds."""
    return at.replace(microsecond=0) + _SECOND if at.microsecond else at
