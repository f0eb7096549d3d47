"""The type of a figure, one line of the bench's output, and how a bench goes on or is cut short."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`number` is what `value` shows, under a `key` by which the docs find it.

    `floor` is the least that the same work can take, `peer` what others need for it. A figure that
    is `counted` repeats, so its budget decides about the bench. One that is timed decides nothing.
    """

    name: str
    value: str
    budget: str = ""
    holds: bool | None = None
    counted: bool = False
    floor: str = ""
    peer: str = ""
    key: str = ""
    number: float | None = None

    @property
    def verdict(self) -> str:
        if self.holds is None:
            return ""
        missed = "MISSED" if self.counted else "missed (time)"
        return "holds" if self.holds else missed

    @property
    def fails(self) -> bool:
        return self.counted and self.holds is False


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rounds of each comparison, and the sizes of what is worked on."""

    rounds: int
    records: int
    histories: Sequence[int]
    hot_leads: Sequence[int]
    lines: int
    warm_starts: int
    ends_at: float
    """By the monotonic clock: no measurement begins after it."""

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.ends_at


def quick(now: float) -> Effort:
    return Effort(1, 200, (10, 100, 1_000), (500,), 5_000, 2, now + 240)


def whole(now: float) -> Effort:
    sizes = (1, 10, 100, 1_000, 10_000)
    return Effort(5, 1_000, sizes, (500, 5_000, 20_000), 200_000, 10, now + 1_500)


def median(found: Sequence[float]) -> float:
    return statistics.median(found)
