"""The small numbers above a digest: new leads by channel, and hot ones, against before. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from hotlist.leads.lead import Created

LONGEST: Final = timedelta(days=8)
"""The longest stretch of time of which new leads are told; a window may be longer.

A week's digest may come late, and a week in which clocks are put back has an hour more.
"""


class Compared(NamedTuple):
    """A number of this period and of the one before. `before` is None if nobody knows it."""

    latest: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a digest counts. New leads are those created since `since`.

    `channels` has their channels, those with the most leads first; None is the unknown one.
    """

    hot: Compared
    since: datetime
    new: Compared
    channels: tuple[tuple[str | None, Compared], ...]


def period(begins: datetime, ends: datetime) -> tuple[datetime, datetime]:
    """Where the period begins of which a digest tells, and where the one before it.

    The window is from `begins` until before `ends`.
    """
    since = max(begins, ends - LONGEST)
    return since, since - (ends - since)


def numbers(created: Sequence[Created], begins: datetime, ends: datetime, hot: Compared) -> Numbers:
    """The numbers of a window. `created` are the leads of its two periods, and maybe others."""
    since, before = period(begins, ends)
    now = _by_channel(created, since, ends)
    then = _by_channel(created, before, since)
    names = sorted({*now, *then}, key=lambda name: (-now[name], -then[name], name or ""))
    channels = tuple((name, Compared(now[name], then[name])) for name in names)
    return Numbers(hot, since, Compared(now.total(), then.total()), channels)


def _by_channel(
    created: Iterable[Created], begins: datetime, ends: datetime
) -> Counter[str | None]:
    return Counter(one.channel for one in created if begins <= one.created_at < ends)
