"""Sends the daily hot list to the recipients whose digest is due.

What sales sees costs the same however many leads are hot: the index ranks them by what is
stored, and only the leads that may be shown are calculated.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Self

from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.leads.fold import Folder
from hotlist.leads.lead import Lead, LeadState
from hotlist.mail.outbox import Outbox
from hotlist.mail.render import Mail
from hotlist.mail.ses import delivery_hash
from hotlist.runtime import metrics
from hotlist.runtime.failures import Troubles
from hotlist.runtime.settings import DigestSettings
from hotlist.sales import team
from hotlist.sales.compose import Composed, Composer, Issue
from hotlist.sales.editions import Edition, Editions
from hotlist.sales.gone import MOST_GONE, TakenBack, gone
from hotlist.sales.hot_list import is_hot
from hotlist.sales.look_back import LookBack
from hotlist.sales.reader_links import ReaderLinks
from hotlist.sales.team import Recipient, Sales
from hotlist.sales.unsent import Unsent
from hotlist.sales.views import Views
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.newcomers import CreatedStore
from hotlist.store.stores import Stores
from hotlist.store.windows import Told, Window, WindowStore, looked_back

FOLDING: Final = timedelta(seconds=60)
"""From the start of the work: what is not calculated by then is shown as it is stored."""

MAILING: Final = timedelta(seconds=100)
"""From the start of the work: who has no mail by then gets it from the next run."""

SETTLED: Final = timedelta(minutes=3)
"""How long before the run a window ends: what happened by then is stored and in the index."""

LOOKING_BACK: Final = timedelta(seconds=15)
"""From the start of the work: a message that was held is only counted if it is not read by then."""

PAUSES: Final = (1.0, 2.0, 4.0)
"""Seconds to wait before a mail is tried again of which SES says that it comes too fast."""

_FIRST: Final = timedelta(days=1)


class NotMailed(Exception):
    """The time for mails was over before it was everybody's turn. The next run goes on."""


@dataclass(frozen=True, slots=True)
class Digester:
    """Mails the hot list, once for each recipient and day."""

    sales: Sales
    ruleset: Ruleset
    folder: Folder
    stores: Stores
    newcomers: CreatedStore
    windows: WindowStore
    outbox: Outbox
    look_back: LookBack
    reader_links: ReaderLinks

    @classmethod
    def open(
        cls,
        settings: DigestSettings,
        dynamodb: Any,
        stores: Stores,
        folder: Folder,
        clock: Callable[[], datetime],
    ) -> Self:
        """For the tables and the configuration that are deployed."""
        return cls(
            team.from_checked(load_config("sales")),
            folder.ruleset,
            folder,
            stores,
            CreatedStore(dynamodb, settings.leads_table),
            WindowStore(dynamodb, settings.deliveries_table),
            Outbox.open(settings, dynamodb, clock, PAUSES),
            LookBack.open(settings, dynamodb),
            ReaderLinks.open(settings, clock),
        )

    def send(self, now: datetime, troubles: Troubles) -> int:
        """Mail the recipients who are due at `now`. The answer is how many mails were sent.

        An error with one recipient or one lead does not stop the others; it is added to
        `troubles`. A lead that cannot be calculated is shown as it is stored. One that cannot be
        read or rendered is left out. If nothing else is left to tell, the mail waits for that lead
        until the last run that can send it. So does everybody's as long as new leads or messages
        cannot be read and that may pass; the last run mails what is known.
        """
        clock = self.outbox.clock
        started = clock()
        waiting = self._waiting(now, troubles)
        if not waiting:
            return 0
        _look_at_calendars((recipient for recipient, _ in waiting), now)
        told = self.windows.told((recipient.id for recipient, _ in waiting), delivery_hash)
        windows = {one.id: _window(told[one.id], name, now) for one, name in waiting}
        back = looked_back(windows)
        alerted = self.windows.alerted(back, now)
        views = Views(self.stores, self.folder, clock, now, started + FOLDING, troubles)
        parts = Troubles()
        unsent = self._unsent(back, now, started, parts)
        key = troubles.attempt({"work": "links"}, self.reader_links.key)
        editions = Editions(
            self.sales,
            self.stores.leads,
            self.newcomers,
            views,
            windows,
            {one: alerts.quiet for one, alerts in alerted.items()},
            self.outbox.deliveries.disabled(one.id for one in self.sales.recipients),
            lambda: clock() >= started + LOOKING_BACK,
        )
        editions.make((recipient for recipient, _ in waiting), parts)
        troubles += parts
        composer = Composer(self.sales, self.ruleset.title, now, troubles)
        sent = 0
        for place, (recipient, delivery_id) in enumerate(waiting):
            if clock() >= started + MAILING:
                left = {"recipients": str(len(waiting) - place)}
                troubles.attempt(left, _give_up)
                break
            day = _day(delivery_id)
            if parts.may_pass and not recipient.is_last_chance(day, now):
                continue
            issue = Issue(
                recipient=recipient,
                delivery_id=delivery_id,
                window=windows[recipient.id],
                told=told[recipient.id],
                alerted=alerted[recipient.id].told,
                unsent=replace(
                    unsent.get(recipient.id, Unsent()), quiet=alerted[recipient.id].quiet
                ),
                stop="" if key is None else self.reader_links.stop(recipient, key, now),
                is_whole=not parts,
            )
            ids = {"recipient": recipient.id}
            edition = editions.of(recipient)
            sent += bool(troubles.attempt(ids, self._send, issue, edition, views, composer))
        return sent

    def _waiting(self, now: datetime, troubles: Troubles) -> list[tuple[Recipient, str]]:
        """The recipients who are due and have no digest yet, each with the id of the delivery."""
        days = (
            (one, troubles.attempt({"recipient": one.id}, self.sales.due_day, one, now))
            for one in self.sales.recipients
        )
        due = [(recipient, day) for recipient, day in days if day is not None]
        deliveries = self.outbox.deliveries
        off = deliveries.without_digest(recipient.id for recipient, _ in due)
        waiting = [(r, f"digest#{r.id}#{day}") for r, day in due if r.id not in off]
        settled = deliveries.settled(delivery_id for _, delivery_id in waiting)
        return [one for one in waiting if one[1] not in settled]

    def _unsent(
        self, windows: Mapping[str, Window], now: datetime, started: datetime, troubles: Troubles
    ) -> Mapping[str, Unsent]:
        """What each recipient was not mailed. If that cannot be read, nothing is said of it."""

        def is_late() -> bool:
            return self.outbox.clock() >= started + LOOKING_BACK

        ids = {"work": "unsent"}
        return troubles.attempt(ids, self.look_back.of, windows, now, is_late, troubles) or {}

    def _send(self, issue: Issue, edition: Edition, views: Views, composer: Composer) -> bool:
        """Mail one recipient, or decide that there is nothing to tell. Whether it was mailed."""
        recipient, hot = issue.recipient, edition.hot
        taken_back = _taken_back(issue, edition, views)
        is_news = hot.count or taken_back.leads or issue.unsent.is_news
        day = _day(issue.delivery_id)
        sends_empty = recipient.sends_when_empty(day)
        if not (is_news or sends_empty):
            if issue.is_whole and not edition.is_cut:
                self.outbox.skip(issue.delivery_id)
            return False
        made = composer.compose(issue, edition, taken_back)
        waits = not (sends_empty and recipient.is_last_chance(day, views.now))
        if waits and made.is_bare and (hot.leads or edition.is_cut):  # somebody is hot all the same
            return False
        if not self.outbox.send_once(
            recipient, issue.delivery_id, partial(self._plan, issue, made)
        ):
            return False
        self.windows.sent(recipient.id, issue.delivery_id, issue.window, issue.told)
        return True

    def _plan(self, issue: Issue, made: Composed) -> Mail:
        """The mail, once it is written down what it tells."""
        self.windows.plan(issue.recipient.id, issue.delivery_id, made.plan, issue.told)
        return made.mail


def _taken_back(issue: Issue, edition: Edition, views: Views) -> TakenBack:
    """What this recipient was told of and is hot no longer: the newest, so many at most."""
    listed = {shown.lead.lead_id for shown in edition.hot.leads}
    asked = issue.known - listed
    stored = views.stored(asked)
    leads = [_as_known(one, stored.get(one), views) for one in asked - views.unreadable]
    over = [lead for lead in leads if not is_hot(lead)]
    over.sort(key=lambda lead: lead.lead_id)
    over.sort(key=lambda lead: lead.alerting.hot_since or lead.folded_at, reverse=True)
    since = {
        one.lead_id: issue.told.cooled_since.get(one.lead_id, issue.window.begins) for one in over
    }
    over = over[:MOST_GONE]
    claimants = views.stored(lead.claimed_by for lead in over if lead.claimed_by)
    told = (
        views.troubles.attempt(
            {"event_id": lead.last_event_id or ""},
            gone,
            lead,
            _events(lead, views),
            since[lead.lead_id],
            claimants.get(lead.claimed_by or ""),
        )
        for lead in over
    )
    return TakenBack([one for one in told if one is not None], since)


def _look_at_calendars(recipients: Iterable[Recipient], now: datetime) -> None:
    """Raise an alarm if soon nobody knows which days are holidays: once a day and recipient."""
    if ending := [one.id for one in recipients if one.holidays_end(now)]:
        print(metrics.attention("holidays end", recipients=ending))  # noqa: T201 - Lambda's log


def _day(delivery_id: str) -> str:
    """The local day of `digest#<recipient>#<day>`."""
    return delivery_id.rpartition("#")[2]


def _window(told: Told, delivery_id: str, now: datetime) -> Window:
    if (tried := told.window_of(delivery_id)) is not None:
        return tried
    ends = now - SETTLED
    return Window(min(told.window_end or ends - _FIRST, ends), ends)


def _as_known(lead_id: str, stored: Lead | None, views: Views) -> Lead:
    """A lead as it was calculated in this run, else as it is stored; an empty one if it is not."""
    view = views.seen(lead_id)
    if view is not None:
        return view.lead
    if stored is not None:
        return stored
    return Lead(lead_id=lead_id, state=LeadState.EMPTY, folded_at=views.now, expires_at=views.now)


def _events(lead: Lead, views: Views) -> Sequence[Event]:
    view = views.seen(lead.lead_id)
    return views.events(lead) if view is None else view.events


def _give_up() -> None:
    raise NotMailed
