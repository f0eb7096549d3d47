"""Fold a lead from all that is stored of it, score it, and store the result.

What makes it safe without locks: every write is conditional or adds to a set. A fold reads
the lead's version first and everything else after it, and writes under that version. So
whoever writes last has read all that any earlier fold saw, and a retry only folds again.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Self

from hotlist.config.load import load_config
from hotlist.events.answers import newest_answer
from hotlist.events.event import Event
from hotlist.events.retention import ORDINARY
from hotlist.events.times import ceil_second
from hotlist.identity.claims import Identity
from hotlist.identity.identifiers import PHONE, kind_of
from hotlist.leads import alerting, classify
from hotlist.leads.gather import Gathered, gather, inputs_of
from hotlist.leads.lead import Alerting, Lead, LeadState, Ownership, Shadow, Temperature, due_at
from hotlist.leads.permission import has_bounced, is_tracked, permission
from hotlist.leads.profile import Profile, profile_of, reclassified
from hotlist.leads.renew import renew_events, renew_identities
from hotlist.runtime.failures import Failed
from hotlist.runtime.limits import TimeLeft, endless
from hotlist.runtime.phases import Phases, SideBySide, Steps, call, leads_of, on_threads
from hotlist.sales import owners
from hotlist.sales.owners import Owners
from hotlist.scoring import engine
from hotlist.scoring.engine import Score
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.stores import Stores

AT_ONCE: Final = 100
"""How many leads are folded at once: as many as one batched read takes."""

_NOTHING: Final = inputs_of((), ())
_NOBODY: Final = Owners()

PUT_OFF: Final = timedelta(days=1)
"""When a lead that is due is due again if it cannot be folded."""


@dataclass(frozen=True, slots=True)
class View:
    """A lead as of an instant, and what it was calculated from.

    A lead that another has claimed, or of which nothing counts, has no profile and no score.
    """

    lead: Lead
    events: tuple[Event, ...]
    profile: Profile | None = None
    score: Score | None = None


class Folder:
    """Folds leads over the three tables with one ruleset.

    `clock` gives aware UTC instants. A `shadow` is scored beside the ruleset and stored with
    the lead; nothing else comes of it. With `alert_on_rule_change` a lead that a changed
    ruleset makes hot raises an alert like any other. `owners` say whose a lead is.
    `side_by_side` is how calls are made at once.
    """

    def __init__(
        self,
        stores: Stores,
        ruleset: Ruleset,
        clock: Callable[[], datetime],
        shadow: Ruleset | None = None,
        *,
        alert_on_rule_change: bool = False,
        owners: Owners = _NOBODY,
        side_by_side: SideBySide = on_threads,
    ) -> None:
        self._stores = stores
        self._phases = Phases(stores, side_by_side)
        self._ruleset = ruleset
        self._shadow = shadow
        self._clock = clock
        self._alert_on_rule_change = alert_on_rule_change
        self._owners = owners

    @classmethod
    def open(
        cls,
        stores: Stores,
        ruleset: Ruleset,
        clock: Callable[[], datetime],
        shadow: Ruleset | None = None,
    ) -> Self:
        """With the owners, and the choice of alerts, of the sales.yaml that is deployed."""
        sales = load_config("sales")
        alert_too: bool = sales["alert_on_rule_change"]
        return cls(
            stores,
            ruleset,
            clock,
            shadow,
            alert_on_rule_change=alert_too,
            owners=Owners.from_checked(sales),
        )

    @property
    def ruleset(self) -> Ruleset:
        """The rules that leads are scored by."""
        return self._ruleset

    def fold(self, lead_id: str, time_left: TimeLeft = endless) -> Lead:
        """Fold one lead and store it. What ends it is raised: see `runtime.phases`."""
        return self._phases.one(partial(self.folding, lead_id), time_left)

    def fold_all(
        self, lead_ids: Collection[str], time_left: TimeLeft = endless
    ) -> dict[str, Lead | Failed]:
        """Fold many leads and store them, `AT_ONCE` at once: each lead, or why it was not folded.

        Phones' own leads come last: by then the leads of their claimants have written them.
        """
        phones = [lead_id for lead_id in lead_ids if kind_of(lead_id) == PHONE]
        others = [lead_id for lead_id in lead_ids if kind_of(lead_id) != PHONE]
        outcomes: dict[str, Lead | Failed] = {}
        for kind in (others, phones):
            for start in range(0, len(kind), AT_ONCE):
                some = kind[start : start + AT_ONCE]
                pieces = {lead_id: partial(self.folding, lead_id) for lead_id in some}
                outcomes |= self._phases.work(pieces, time_left)
        return outcomes

    def put_off(self, lead_id: str) -> None:
        """Let a lead that is due be due a day later: it cannot be folded now."""
        now = self._clock()
        self._stores.leads.put_off(lead_id, now, now + PUT_OFF)

    def view(self, stored: Lead, now: datetime, time_left: TimeLeft = endless) -> View:
        """A stored lead as of `now`. Nothing is written.

        `stored` was read before. What ends it is raised: see `runtime.phases`.
        """
        return self._phases.one(partial(self._viewing, stored, now), time_left)

    def _viewing(self, stored: Lead, now: datetime) -> Steps[View]:
        gathered = yield from gather(stored.lead_id, now)
        now = _not_before(now, stored, gathered.events)
        if gathered.claimed_phone is not None:
            return View(_claimed_lead(gathered.claimed_phone, stored, now), gathered.events)
        return self._scored(stored, gathered, now)

    def folding(self, lead_id: str) -> Steps[Lead]:
        """Fold a lead and store it.

        :raises Conflict: if another write came between. Then it has to start over.
        """
        stored = (yield from leads_of([lead_id])).get(lead_id)
        before = self._clock()
        gathered = yield from gather(lead_id, before)
        now = _not_before(max(before, self._clock()), stored, gathered.events)
        for identity, phone_lead in gathered.phones:
            yield from self._store(_claimed_lead(identity, phone_lead, now), phone_lead)
        if gathered.claimed_phone is not None:
            lead = _claimed_lead(gathered.claimed_phone, stored, now)
        else:
            yield from renew_identities(self._stores.identities, gathered.identities, now)
            events = yield from renew_events(self._stores.events, gathered.events, now)
            lead = self._scored(stored, replace(gathered, events=events), now).lead
        return (yield from self._store(lead, stored))

    def _store(self, lead: Lead, stored: Lead | None) -> Steps[Lead]:
        """Write a lead that is new or has changed.

        One that nothing is known of gets no item: all that was ever said of it is spam, or has
        expired. No fold that is under way has seen more. Where there is a correction, the empty
        item is written: it keeps a fold that has not seen the correction from writing.
        """
        if stored is None and lead.state is LeadState.EMPTY and lead.inputs == _NOTHING:
            return lead
        if stored is not None:
            unchanged = replace(lead, version=stored.version, folded_at=stored.folded_at)
            if unchanged == stored:
                return replace(stored, left_out=lead.left_out)
        yield from call(self._stores.leads.save, lead, stored)
        return replace(lead, version=1 + (stored.version if stored else 0))

    def _scored(self, stored: Lead | None, gathered: Gathered, now: datetime) -> View:
        """The lead that these events make at `now`."""
        events = reclassified(classify.classify(event) for event in gathered.events)
        profile = profile_of(events, now, classify.channel)
        told = {one.event_id for one in events if (one.tell or one.to_lead) and not one.is_test}
        left_out = frozenset(told.difference(event.event_id for event in profile.events))
        if profile.ends_at is None:
            empty = replace(_empty_lead(stored, gathered, now), left_out=left_out)
            return View(empty, gathered.events)
        before = stored.alerting if stored else Alerting()
        if stored is not None and self._rules_changed(stored):
            before = alerting.by_other_rules(self._ruleset, events, gathered.identities, stored)
        elif stored is not None:
            before = alerting.without_taken_back(self._ruleset, events, stored)
        look = alerting.looked(self._ruleset, profile, now, before, gathered.lead_id)
        lead = self._live_lead(gathered, profile, look.score, look.alerting, now)
        ownership = self._ownership(stored, gathered, profile, look.score, now)
        lead = replace(lead, ownership=ownership, left_out=left_out)
        return View(lead, gathered.events, profile, look.score)

    def _ownership(
        self,
        stored: Lead | None,
        gathered: Gathered,
        profile: Profile,
        score: Score,
        now: datetime,
    ) -> Ownership:
        """Whose the lead is. Rules for owners see the facts that those of the score see."""
        known = owners.Known(
            lead_id=gathered.lead_id,
            events=profile.events,
            is_hot=score.temperature is Temperature.HOT,
            at=now,
            stored=stored,
            phones=[lead for _, lead in gathered.phones if lead is not None],
        )
        return owners.ownership(
            self._owners,
            known,
            lambda: {
                **engine.given_facts(self._ruleset, profile.facts),
                "stage": score.stage.value,
            },
        )

    def _live_lead(
        self,
        gathered: Gathered,
        profile: Profile,
        score: Score,
        alerts: Alerting,
        now: datetime,
    ) -> Lead:
        """The item of a lead that has something that counts."""
        ahead = (score.next_change_at, profile.facts_until, profile.ends_at)
        next_change_at = min((at for at in ahead if at is not None), default=None)
        answer = newest_answer(profile.events)
        back = None if answer is None or not answer.holds(now) else answer.until
        look_at = min((at for at in (next_change_at, back) if at is not None), default=None)
        return Lead(
            lead_id=gathered.lead_id,
            folded_at=now,
            expires_at=ceil_second(max(e.received_at for e in profile.events) + ORDINARY),
            alerting=alerts,
            ruleset=self._ruleset.hash,
            inputs=gathered.inputs,
            contact=profile.contact,
            temperature=score.temperature,
            stage=score.stage,
            total=score.total,
            groups=score.groups,
            grade=score.grade,
            segment=score.segment,
            reasons=score.reasons,
            channel=profile.channel,
            created_at=profile.created_at,
            last_event_at=profile.last_event_at,
            last_event_id=profile.last_event_id,
            next_change_at=next_change_at,
            due_at=due_at(gathered.lead_id, score.temperature, now, look_at),
            truncated=gathered.truncated,
            bounced=has_bounced(profile.events),
            tracked=is_tracked(profile.events, profile.facts),
            may=permission(profile.events, profile.facts),
            answer=answer,
            shadow=self._shadow_of(profile, now),
        )

    def _shadow_of(self, profile: Profile, now: datetime) -> Shadow | None:
        if self._shadow is None:
            return None
        score = engine.score(self._shadow, profile.facts, profile.events, now)
        return Shadow(score.total, score.temperature, self._shadow.hash)

    def _rules_changed(self, stored: Lead) -> bool:
        """Whether other rules scored the stored lead, and their change alone raises no alert."""
        return (
            stored.state is LeadState.LIVE
            and stored.ruleset != self._ruleset.hash
            and not self._alert_on_rule_change
        )


def _not_before(now: datetime, stored: Lead | None, events: Iterable[Event]) -> datetime:
    """An instant not before anything just read: clocks of machines differ."""
    seen = [event.received_at for event in events]
    if stored is not None:
        seen.append(stored.folded_at)
    return max([now, *seen])


def _empty_lead(stored: Lead | None, gathered: Gathered, now: datetime) -> Lead:
    """The item of a lead of which nothing that counts is left."""
    kept = stored if stored and stored.state is LeadState.EMPTY else None
    before = stored.alerting if stored else Alerting()
    return Lead(
        lead_id=gathered.lead_id,
        state=LeadState.EMPTY,
        folded_at=now,
        expires_at=kept.expires_at if kept else ceil_second(now + ORDINARY),
        alerting=replace(before, armed=True, rearms_at=None),
        ownership=stored.ownership if stored else Ownership(),
        inputs=gathered.inputs,
    )


def _claimed_lead(identity: Identity, stored: Lead | None, now: datetime) -> Lead:
    """A phone's own lead while an e-mail's lead holds it. It keeps alert state and owner."""
    kept = stored if stored and stored.state is LeadState.CLAIMED else None
    return Lead(
        lead_id=identity.subject,
        state=LeadState.CLAIMED,
        claimed_by=identity.lead,
        folded_at=max(now, stored.folded_at) if stored else now,
        expires_at=kept.expires_at if kept else ceil_second(now + ORDINARY),
        alerting=stored.alerting if stored else Alerting(),
        ownership=stored.ownership if stored else Ownership(),
        inputs=inputs_of((), (identity,)),
    )
