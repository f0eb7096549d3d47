"""Awards over time: when each is there, and what it is worth.

Instants are milliseconds; a span is a half-open pair of them, spans are sorted and disjoint.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from hotlist.scoring.decay import Decay

FAR_FUTURE: Final = 2**62

Span = tuple[int, int]
Spans = tuple[Span, ...]


class Presence(IntEnum):
    """Whether something is there during a stretch of time."""

    NO = 0
    MAYBE = 1
    YES = 2


class Grant(NamedTuple):
    """What a rule (by its place in the file) gave for an event, a silence or the lead.

    `at` is None for the lead, `event_id` empty for both others; `when` it is there.
    """

    place: int
    at: int | None
    event_id: str
    points: int
    when: Spans
    decay: Decay | None = None

    @property
    def order(self) -> tuple[int, int, str, int]:
        """Lines without instant first, in file order; then by age."""
        if self.at is None:
            return 0, 0, "", self.place
        return 1, self.at, self.event_id, self.place

    def is_there(self, at: int) -> bool:
        return any(start <= at < end for start, end in self.when)

    def worth(self, at: int) -> int:
        """What it is worth at an instant at which it is there."""
        if self.decay is None or self.at is None:
            return self.points
        return self.decay.worth(self.points, at - self.at)

    def worths(self, first: int, last: int) -> tuple[int, int]:
        """The least and the greatest worth from `first` to `last`, as if it were there."""
        if self.decay is None or self.at is None:
            return self.points, self.points
        ages = max(first, self.at) - self.at, max(last, self.at) - self.at
        return self.decay.extremes(self.points, *ages)

    def extremes(self, first: int, last: int) -> tuple[int, int, Presence]:
        """The least and the greatest worth from `first` to `last`, 0 where it is not there."""
        least, most, presence = 0, 0, Presence.NO
        for start, end in self.when:
            if start > last or end <= first:
                continue
            whole = start <= first and last < end
            low = high = self.points
            if self.decay is not None and self.at is not None:
                low, high = self.decay.extremes(
                    self.points, max(first, start) - self.at, min(last, end - 1) - self.at
                )
            if whole:
                return low, high, Presence.YES
            least, most, presence = min(least, low), max(most, high), Presence.MAYBE
        return least, most, presence


def during(spans: Iterable[Span], start: int, end: int) -> Spans:
    """The parts of spans that lie from `start` to before `end`."""
    return tuple((max(a, start), min(b, end)) for a, b in spans if max(a, start) < min(b, end))


def union(spans: Iterable[Span]) -> Spans:
    """The same instants as sorted spans that do not touch."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            if end > joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def without(spans: Iterable[Span], covered: Sequence[Span]) -> Spans:
    """What is left of spans outside of `covered`, which is sorted and disjoint."""
    left: list[Span] = []
    for span_start, end in spans:
        start = span_start
        for a, b in covered:
            if b <= start:
                continue
            if a >= end:
                break
            if start < a:
                left.append((start, a))
            start = b
        if start < end:
            left.append((start, end))
    return tuple(left)


class Cover:
    """A growing set of spans, kept small where they overlap."""

    def __init__(self) -> None:
        self.spans: Spans = ()

    def add(self, spans: Spans) -> None:
        if len(self.spans) == 1 and len(spans) == 1:
            (a, b), (c, d) = self.spans[0], spans[0]
            if c <= b and a <= d:
                self.spans = ((min(a, c), max(b, d)),)
                return
        self.spans = union((*self.spans, *spans))

    def rest(self, spans: Spans) -> Spans:
        """What of these spans is not covered yet."""
        return without(spans, self.spans)
