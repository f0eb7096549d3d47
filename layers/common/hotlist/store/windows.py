"""What each recipient was told: the windows of their digests, and the leads in their mails.

Items of the Deliveries table. The delivery of a digest has `window_from` and `window_to`, the
leads that it shows (`shown`, with their points in `points`), those that earlier mails told of and
that no mail took back yet (`owed`; `owed_before`, if this one was not the last mail), how many were
hot (`hot`), and since when those of `owed` may have cooled that are known to be hot no longer
(`cooled_since`). `recipient#<id>` has `window_end`, where the next window begins, `last_digest`,
the delivery of the last one sent, and `tried_digest`, the one that was tried last.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from hotlist.events.times import from_text
from hotlist.store.deliveries import CLAIMED, KEPT, SENT, outcome_key
from hotlist.store.hours import start_of, whole_hours
from hotlist.store.items import (
    Conflict,
    Item,
    batch_get,
    instant,
    number,
    present,
    read_instant,
    read_texts,
    text,
    texts,
)

MOST_OWED: Final = 1_000
"""How many leads a recipient can be owed a word on: 43 KB of ids."""

_HOUR: Final = timedelta(hours=1)
_ALERT: Final = "alert#"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


MOST_HOURS: Final = 5_000
"""How many hours one run looks back, for all its recipients together."""

LEAST: Final = timedelta(days=9)
"""How far it looks back for each in any case: further than from one week's digest to the next."""


class Window(NamedTuple):
    """A stretch of time from `begins` until before `ends`."""

    begins: datetime
    ends: datetime


def looked_back(windows: Mapping[str, Window]) -> dict[str, Window]:
    """These windows, as far as their hours are looked at: all of them, unless they are very long.

    No hour is kept for longer than `KEPT`. If the windows have more than `MOST_HOURS`, the longest
    lose their oldest ones.
    """
    left, found = MOST_HOURS, dict[str, Window]()
    by_length = sorted(windows.items(), key=lambda one: one[1].ends - one[1].begins)
    for place, (name, (begins, ends)) in enumerate(by_length):
        share = left // (len(by_length) - place) * _HOUR
        first = max(begins, ends - min(max(share, LEAST), KEPT))
        left -= (ends - first) // _HOUR
        found[name] = Window(first, ends)
    return found


class Alerted(NamedTuple):
    """Leads by id: those that a recipient was alerted of, and those that turned hot in their quiet
    hours, of which no alert was sent.
    """

    told: frozenset[str] = frozenset()
    quiet: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """What a recipient knows: the end of their last window, and the leads they were told of.

    `points` are those of the leads that their last digest showed, and `hot` is how many leads it
    counted. Digests of older versions have neither. `tried` is a digest of which nobody knows
    whether it was sent, with its window. `cooled_since` has for a lead that was hot no longer, and
    for which the last digest had no room, the last time at which it was told as hot.
    """

    window_end: datetime | None = None
    leads: frozenset[str] = frozenset()
    last_digest: str | None = None
    points: Mapping[str, int] = field(default_factory=dict)
    hot: int | None = None
    cooled_since: Mapping[str, datetime] = field(default_factory=dict)
    tried: str = ""
    tried_window: Window | None = None

    def window_of(self, delivery_id: str) -> Window | None:
        """The window of this digest, if a mail of it may have come: another tells the same."""
        return self.tried_window if self.tried == delivery_id else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a digest is about to tell: the leads that it shows with their points, and so on."""

    window: Window
    shown: Mapping[str, int] = field(default_factory=dict)
    owed: frozenset[str] = field(default_factory=frozenset)
    hot: int = 0
    cooled_since: Mapping[str, datetime] = field(default_factory=dict)


class WindowStore:
    """Reads what recipients were told, and writes what they are about to be told."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def told(
        self, recipient_ids: Iterable[str], delivery_hash: Callable[[str], str]
    ) -> dict[str, Told]:
        """What the last digest that each of these recipients was sent has told them.

        A digest was sent if its delivery or SES says so, even if the run that sent it ended before
        it could move the window. If it is not known whether one was sent, its leads count as told.
        `delivery_hash` gives the tag by which SES knows a delivery.
        """
        names = {f"recipient#{one}": one for one in recipient_ids}
        found = {names[_name(item)]: item for item in self._get(names)}
        pointers = {
            _text(item, name) for item in found.values() for name in ("last_digest", "tried_digest")
        }
        pointers.discard("")
        outcomes = {outcome_key(delivery_hash(one)): one for one in pointers}
        items = {_name(item): item for item in self._get(pointers | outcomes.keys())}
        reported = {one for key, one in outcomes.items() if key in items}
        return {one: _told(found.get(one, {}), items, reported) for one in names.values()}

    def alerted(self, windows: Mapping[str, Window], now: datetime) -> dict[str, Alerted]:
        """The leads that alerts in each recipient's window were about.

        Alerts that were sent have no time of their own but that of their hour: each is told by the
        window in which the hour ends. One that was not sent in quiet hours is in the window in
        which its lead turned hot. A note of it may be in a later hour.
        """
        keys = {
            f"hour#{recipient}#alert#{hour}": (recipient, hour)
            for recipient, window in windows.items()
            for hour in whole_hours(window.begins, now + _HOUR)
        }
        told: dict[str, set[str]] = {recipient: set() for recipient in windows}
        quiet: dict[str, set[str]] = {recipient: set() for recipient in windows}
        for item in self._get(keys):
            recipient, hour = keys[_name(item)]
            begins, ends = windows[recipient]
            if start_of(hour) + _HOUR <= ends:
                sent = (*read_texts(item, "sent"), *read_texts(item, "by_message"))
                told[recipient] |= {lead_id for lead_id, _ in _crossings(sent)}
            quiet[recipient] |= {
                lead_id
                for lead_id, at in _crossings(read_texts(item, "quiet"))
                if begins <= at < ends
            }
        return {one: Alerted(frozenset(told[one]), frozenset(quiet[one])) for one in windows}

    def plan(self, recipient_id: str, delivery_id: str, plan: Plan, told: Told) -> None:
        """Write what a digest tells, before it is sent.

        If an earlier mail of it may have come, all that it told of is kept until this one is out.

        :raises Conflict: if another digest of the recipient has moved their window since `told`.
        """
        before = () if told.window_of(delivery_id) is None else told.leads - plan.shown.keys()
        sets = {
            "window_from": instant(plan.window.begins),
            "window_to": instant(plan.window.ends),
            "shown": texts(plan.shown),
            "points": {"M": {one: {"N": str(points)} for one, points in plan.shown.items()}},
            "hot": number(plan.hot),
            "owed": texts(owed := sorted(plan.owed)[:MOST_OWED]),
            "cooled_since": _instants({one: plan.cooled_since.get(one) for one in owed}),
            "owed_before": texts(sorted(before)[:MOST_OWED]),
        }
        self._set(delivery_id, sets)
        self._point(recipient_id, told.last_digest, delivery_id, told.window_end)

    def sent(self, recipient_id: str, delivery_id: str, window: Window, told: Told) -> None:
        """The digest is out: the next window begins where this one ends.

        It never begins earlier than before: a run may have an earlier time than one that was.
        """
        ends = max(window.ends, told.window_end or window.ends)
        with suppress(Conflict):  # a later one is out
            self._point(recipient_id, delivery_id, delivery_id, ends)

    def _point(
        self, recipient_id: str, last: str | None, tried: str, window_end: datetime | None
    ) -> None:
        pointers = {
            "tried_digest": text(tried),
            "last_digest": text(last),
            "window_end": instant(window_end),
        }
        condition = "attribute_not_exists(window_end)"
        if window_end is not None:
            condition += " OR window_end <= :window_end"
        try:
            self._set(f"recipient#{recipient_id}", pointers, ConditionExpression=condition)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise Conflict(recipient_id) from error

    def _set(self, delivery_id: str, attributes: Mapping[str, Any], **request: Any) -> None:
        """Set attributes of an item; those without a value go."""
        held = present(attributes)
        update = "SET " + ", ".join(f"{name} = :{name}" for name in held)
        if absent := attributes.keys() - held.keys():
            update += " REMOVE " + ", ".join(sorted(absent))
        self._client.update_item(
            TableName=self._table,
            Key={"delivery_id": {"S": delivery_id}},
            UpdateExpression=update,
            ExpressionAttributeValues={f":{name}": value for name, value in held.items()},
            **request,
        )

    def _get(self, names: Iterable[str]) -> list[Item]:
        keys = [{"delivery_id": name} for name in sorted(names)]
        return list(batch_get(self._client, self._table, keys))


def _told(recipient: Item, digests: Mapping[str, Item], reported: Collection[str]) -> Told:
    last, window_end = _text(recipient, "last_digest"), read_instant(recipient, "window_end")
    tried = _text(recipient, "tried_digest")
    attempt = digests.get(tried, {})
    if _text(attempt, "state") == SENT or tried in reported:
        ends = [at for at in (read_instant(attempt, "window_to"), window_end) if at is not None]
        last, window_end = tried, max(ends, default=None)
    digest = digests.get(last, {})
    leads = _told_by(digest)
    points, hot = _points(digest), digest.get("hot")
    is_open = _may_have_come(attempt)
    if is_open:
        leads |= _told_by(attempt)
        points |= _points(attempt)
    return Told(
        window_end=window_end,
        leads=frozenset(leads),
        last_digest=last or None,
        points=points,
        hot=None if hot is None else int(hot["N"]),
        cooled_since=_cooled_since(digest),
        tried=tried if is_open else "",
        tried_window=_window(attempt) if is_open else None,
    )


def _told_by(digest: Item) -> set[str]:
    """The leads that a digest shows, and those owed after it.

    If several mails of it were tried, only SES's own answer says that it was the last one.
    """
    leads = {*read_texts(digest, "shown"), *read_texts(digest, "owed")}
    if not _text(digest, "message_id"):
        leads |= {*read_texts(digest, "owed_before")}
    return leads


def _window(digest: Item) -> Window | None:
    begins, ends = read_instant(digest, "window_from"), read_instant(digest, "window_to")
    return None if begins is None or ends is None else Window(begins, ends)


def _cooled_since(digest: Item) -> dict[str, datetime]:
    held = digest.get("cooled_since", {}).get("M", {})
    return {lead_id: from_text(at["S"]) for lead_id, at in held.items()}


def _instants(at: Mapping[str, datetime | None]) -> Item | None:
    """Instants by name, as an attribute; None if there are none."""
    held = {name: instant(one) for name, one in at.items() if one is not None}
    return {"M": held} if held else None


def _points(digest: Item) -> dict[str, int]:
    """The points with which a digest showed its leads."""
    held = digest.get("points", {}).get("M", {})
    return {lead_id: int(points["N"]) for lead_id, points in held.items()}


def _may_have_come(attempt: Item) -> bool:
    """Whether a digest has no outcome yet. One that SES has refused has no lease any more.

    But an earlier mail of it may have come, of which SES said nothing.
    """
    lease = read_instant(attempt, "lease_until")
    is_open = "may_have_come" in attempt or (lease is not None and lease > _EPOCH)
    return _text(attempt, "state") == CLAIMED and is_open


def _crossings(delivery_ids: Iterable[str]) -> Iterator[tuple[str, datetime]]:
    """The leads of `alert#<lead id>@<instant>#<recipient>`, and when each turned hot."""
    for one in delivery_ids:
        if not one.startswith(_ALERT):
            continue
        lead_id, _, at = one.removeprefix(_ALERT).rpartition("#")[0].rpartition("@")
        with suppress(ValueError):
            yield lead_id, from_text(at)


def _name(item: Item) -> str:
    return _text(item, "delivery_id")


def _text(item: Item, name: str) -> str:
    return str(item.get(name, {}).get("S", ""))
