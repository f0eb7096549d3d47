"""Awards over time: when each is there, and what it is worth then.

Instants are milliseconds. A span is a pair of them without its end. Spans are sorted and do not
overlap.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from hotlist.scoring.decay import Decay

FAR_FUTURE: Final = 2**62
"""Later than any instant, in milliseconds. Its negative is earlier than any."""

Span = tuple[int, int]
Spans = tuple[Span, ...]


class Presence(IntEnum):
    """Whether something is there during a stretch of time: never, perhaps, or throughout."""

    NO = 0
    MAYBE = 1
    YES = 2


class Grant(NamedTuple):
    """What a rule gives for an event, a silence or the lead. `place` is the rule's in the file.

    `when` is the times at which it is there. `at` is None for a rule of the lead. `event_id` is
    empty for a rule of the lead or of silence.
    """

    place: int
    at: int | None
    event_id: str
    points: int
    when: Spans
    decay: Decay | None = None

    @property
    def order(self) -> tuple[int, int, str, int]:
        """The sort key: first those without an instant, in the file's order; then oldest first."""
        if self.at is None:
            return 0, 0, "", self.place
        return 1, self.at, self.event_id, self.place

    def is_there(self, at: int) -> bool:
        return any(start <= at < end for start, end in self.when)

    def worth(self, at: int) -> int:
        """What it is worth at an instant, if it is there."""
        if self.decay is None or self.at is None:
            return self.points
        return self.decay.worth(self.points, at - self.at)

    def worths(self, first: int, last: int) -> tuple[int, int]:
        """The least and the greatest worth from `first` to `last`, if it is there throughout."""
        if self.decay is None or self.at is None:
            return self.points, self.points
        ages = max(first, self.at) - self.at, max(last, self.at) - self.at
        return self.decay.extremes(self.points, *ages)

    def extremes(self, first: int, last: int) -> tuple[int, int, Presence]:
        """The least and the greatest worth from `first` to `last`: 0 while it is not there."""
        if len(self.when) == 1:
            ((start, end),) = self.when
            if start <= first and last < end:
                points, at, decay = self.points, self.at, self.decay
                if decay is None or at is None:
                    return points, points, Presence.YES
                return *decay.extremes(points, first - at, last - at), Presence.YES
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
    """The same instants, as sorted spans that do not touch."""
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
    """The parts of spans outside of `covered`, which is sorted and does not overlap."""
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
    """A growing set of spans. Spans that overlap are joined."""

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
        """The parts of these spans that are not covered yet."""
        return without(spans, self.spans)
