"""The arithmetic of `hotlist local flood`: what became of each mail, and when. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Limits:
    """How long mails may take.

    99 of 100 messages of forms must be sent in less than `within`, and 99 of 100 alerts in six
    times that. A mail that a killed worker had in hand may take the lease and twice that time,
    for each time.
    """

    within: timedelta
    lease: timedelta

    def of(self, kind: str) -> timedelta:
        return self.within if kind == "message" else 6 * self.within

    @property
    def after_a_kill(self) -> timedelta:
        return self.lease + 2 * self.within


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that is due: to one recipient, since an instant. `tag` names it in the mailbox.

    How long it takes is not judged if `since` is None.
    """

    delivery_id: str
    kind: str
    tag: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that SES accepted. `reported_at`: when its send event had been taken in."""

    at: datetime
    answered: bool = True
    reported_at: datetime | None = None


@dataclass(slots=True)
class Mails:
    """What became of the mails that were due.

    `lags` are those of mails whose worker was not killed with them in hand, by kind; `killed` are
    the others. `doubled` counts mails that came once more than they should; `wrong` says which
    of them had no excuse, and what else must not be.
    """

    due: int = 0
    sent: int = 0
    held: int = 0
    doubled: int = 0
    unanswered: int = 0
    lags: dict[str, list[timedelta]] = field(default_factory=dict)
    killed: list[timedelta] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def account(
    due: Iterable[Due],
    arrived: Mapping[str, Sequence[Arrived]],
    held: Iterable[str],
    kills: Mapping[str, Sequence[datetime]],
    limits: Limits,
) -> Mails:
    """Go through all mails that are due.

    `arrived` are the mails by tag, in order. `held` are the deliveries that are held and noted to
    be told. `kills` are the instants at which a worker with a delivery in hand was killed.
    """
    mails, all_held, tags = Mails(), set(held), set()
    for one in due:
        mails.due += 1
        tags.add(one.tag)
        came, hits = arrived.get(one.tag, ()), kills.get(one.delivery_id, ())
        if not came:
            if one.delivery_id in all_held:
                mails.held += 1
            else:
                mails.wrong.append(f"{one.delivery_id} was neither sent nor held and told")
            continue
        mails.sent += 1
        _take_lag(mails, one, came[0].at, [hit for hit in hits if hit <= came[0].at], limits)
        _take_doubles(mails, one, came, hits)
    mails.unanswered = sum(not one.answered for came in arrived.values() for one in came)
    for tag, came in arrived.items():
        if tag not in tags:
            mails.wrong.append(f"there is no reason for {len(came)} mails tagged {tag[:12]}…")
    for kind, lags in mails.lags.items():
        slow = percentile(lags, 0.99)
        if slow is not None and slow >= limits.of(kind):
            mails.wrong.append(
                f"p99 of {kind}s is {seconds(slow)}, not under {seconds(limits.of(kind))}"
            )
    return mails


def _take_lag(
    mails: Mails, one: Due, at: datetime, hits: Sequence[datetime], limits: Limits
) -> None:
    if one.since is None:
        return
    lag = at - one.since
    if not hits:
        mails.lags.setdefault(one.kind, []).append(lag)
        return
    mails.killed.append(lag)
    most = limits.after_a_kill * len(hits)
    if lag > most:
        mails.wrong.append(
            f"{one.delivery_id} came after {seconds(lag)}; {len(hits)} workers were killed "
            f"with it in hand, so {seconds(most)} was allowed"
        )


def _take_doubles(
    mails: Mails, one: Due, came: Sequence[Arrived], hits: Sequence[datetime]
) -> None:
    """A mail may come again if its outcome was lost, and so was what SES reported of it."""
    for before, again in pairwise(came):
        mails.doubled += 1
        is_unknown = not before.answered or any(before.at <= hit <= again.at for hit in hits)
        was_seen = before.reported_at is not None and before.reported_at < again.at
        if not is_unknown or was_seen:
            mails.wrong.append(f"{one.delivery_id} came again, and its outcome was known")


def percentile(values: Sequence[timedelta], share: float) -> timedelta | None:
    """The least of the values that `share` of them do not exceed; None if there are none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def lag_line(values: Sequence[timedelta]) -> str:
    """`p50 0.41 s, p99 2.30 s, most 3.01 s (of 420)`"""
    median, slow = percentile(values, 0.5), percentile(values, 0.99)
    if median is None or slow is None:
        return "none"
    return (
        f"p50 {seconds(median)}, p99 {seconds(slow)}, most {seconds(max(values))}"
        f" (of {len(values):,})"
    )


def seconds(time: timedelta) -> str:
    return f"{time.total_seconds():.2f} s"
