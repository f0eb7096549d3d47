"""Which of the hot leads stand in which section of a digest. Pure.

A lead stands in one section. What has turned hot since the last digest is hot now. Of the others,
those are set apart that nobody has answered for days, and then those that cool soon.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hotlist.sales.hot_list import Shown
from hotlist.sales.team import Recipient

WAITED: Final = 3
"""The days of work after which a lead that nobody has answered is set apart."""

SOON: Final = timedelta(days=7)
"""A lead cools soon on one of the days of a week that begins with the digest's."""


@dataclass(frozen=True, slots=True)
class HotSections:
    """The hot leads of a digest, each section in the order in which it is shown."""

    now: tuple[Shown, ...]
    unanswered: tuple[Shown, ...]
    cooling: tuple[Shown, ...]


def hot_sections(
    hot: Iterable[Shown],
    recipient: Recipient,
    begins: datetime,
    now: datetime,
    quiet: Collection[str] = (),
) -> HotSections:
    """The sections of one recipient, whose window began at `begins`.

    The leads come in their order. Those that turned hot in the recipient's `quiet` hours come
    first of those that are hot now, and of those that cool the first to cool.
    """
    first: list[Shown] = []
    others: list[Shown] = []
    unanswered: list[Shown] = []
    cooling: list[tuple[datetime, Shown]] = []
    for one in hot:
        cools_at = cools_soon(one, recipient, now)
        if one.lead.lead_id in quiet:
            first.append(one)
        elif _is_new(one, begins):
            others.append(one)
        elif waited(one, recipient, now) is not None:
            unanswered.append(one)
        elif cools_at is not None:
            cooling.append((cools_at, one))
        else:
            others.append(one)
    cooling.sort(key=_first)
    return HotSections((*first, *others), tuple(unanswered), tuple(one for _, one in cooling))


def waited(one: Shown, recipient: Recipient, now: datetime) -> int | None:
    """For how many of their days of work a lead is hot without an answer; None if not for long.

    One that was put off waits from the day on which it came back. Nothing is said of one that could
    not be calculated, or that changed rules have made hot.
    """
    since = one.lead.alerting.hot_since
    if since is None or one.as_of is not None:
        return None
    back = _back(one, now)
    days = recipient.days_waited(since if back is None else max(since, back), now)
    return days if days >= WAITED else None


def back_on(one: Shown, recipient: Recipient, begins: datetime, now: datetime) -> date | None:
    """The day until which a lead was put off that came back in a window that began at `begins`."""
    back, answer = _back(one, now), one.lead.answer
    if answer is None or back is None or back < begins:
        return None
    return answer.day_in(ZoneInfo(recipient.timezone))


def _back(one: Shown, now: datetime) -> datetime | None:
    """When a lead came back that was put off after it had turned hot, if it did."""
    answer = one.lead.answer
    if answer is None or answer.holds(now) or not answer.is_since(one.lead.alerting.hot_since):
        return None
    return answer.until


def cools_soon(one: Shown, recipient: Recipient, now: datetime) -> datetime | None:
    """When a lead cools if nothing happens, if that is soon."""
    at, zone = one.outlook.cools_at, ZoneInfo(recipient.timezone)
    if at is None or at.astimezone(zone).date() - now.astimezone(zone).date() >= SOON:
        return None
    return at


def _is_new(one: Shown, begins: datetime) -> bool:
    since = one.lead.alerting.hot_since
    return since is not None and since >= begins


def _first(cooling: tuple[datetime, Shown]) -> datetime:
    return cooling[0]
