"""Fold a lead from all that is stored of it, score it, and store the result.

What makes it safe without locks: every write is conditional or adds to a set; a fold reads
the lead's version first and everything else after it, and writes under that version. So
whoever writes last has read all that any earlier fold saw, and a retry only folds again.
"""

import hashlib
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from hotlist.events.event import Event
from hotlist.events.retention import DURABLE, ORDINARY, RECLASSIFICATION, is_durable
from hotlist.events.times import ceil_second, to_text
from hotlist.events.vocabulary import SPAM
from hotlist.identity.claims import Identity, bears_claims, newest_weak_subjects
from hotlist.identity.identifiers import PHONE, kind_of
from hotlist.leads import classify
from hotlist.leads.lead import Alerting, Lead, LeadState, Shadow, due_at
from hotlist.leads.profile import Profile, profile_of, reclassified
from hotlist.scoring import engine
from hotlist.scoring.engine import Score
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.items import Conflict
from hotlist.store.stores import Stores

ATTEMPTS: Final = 5
"""How often a fold starts over when another writes the same lead, before it gives way."""

MAX_EVENTS: Final = 10_000
"""How many events one fold reads of all subjects together: its budget of memory."""

MAX_SECONDS: Final = 30.0
"""How long one fold may take with all its attempts: a quarter of what the function has."""

RENEWED_BELOW: Final = timedelta(days=396)


class FoldTookTooLong(Exception):
    """It would next time: the record is parked, not tried again until its process is killed."""


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What a fold has read: events that are the lead's, and all that decided so."""

    events: tuple[Event, ...]
    identities: tuple[Identity, ...]
    phones: tuple[tuple[Identity, Lead | None], ...] = ()
    truncated: bool = False


class Folder:
    """Folds leads over the three tables with one ruleset.

    `clock` gives aware UTC instants. A `shadow` is scored beside the ruleset and stored with
    the lead; nothing else comes of it. With `alert_on_rule_change` a lead that a changed
    ruleset makes hot raises an alert like any other.
    """

    def __init__(
        self,
        stores: Stores,
        ruleset: Ruleset,
        clock: Callable[[], datetime],
        shadow: Ruleset | None = None,
        *,
        alert_on_rule_change: bool = False,
    ) -> None:
        self._events = stores.events
        self._leads = stores.leads
        self._identities = stores.identities
        self._ruleset = ruleset
        self._shadow = shadow
        self._clock = clock
        self._alert_on_rule_change = alert_on_rule_change

    def fold(self, lead_id: str) -> Lead:
        """Fold a lead and store it; start over whenever another write came between.

        :raises Conflict: when that happened `ATTEMPTS` times.
        :raises FoldTookTooLong: between two of its steps, after `MAX_SECONDS`.
        """
        until = time.monotonic() + MAX_SECONDS
        for _ in range(ATTEMPTS):
            try:
                return self._fold_and_store(lead_id, until)
            except Conflict:
                continue
        raise Conflict(lead_id)

    def view(self, lead_id: str, now: datetime) -> tuple[Lead, Score] | None:
        """The lead and its score as of `now`, stored nowhere; None if there is no lead."""
        stored = self._leads.get(lead_id)
        gathered = self._gather(lead_id)
        if _claimed_by(gathered, lead_id) is not None:
            return None
        now = _not_before(now, stored, gathered.events)
        lead, score = self._look(lead_id, stored, gathered, now)
        return None if score is None else (lead, score)

    def _fold_and_store(self, lead_id: str, until: float) -> Lead:
        stored = self._leads.get(lead_id)
        gathered = self._gather(lead_id, until)
        now = _not_before(self._clock(), stored, gathered.events)
        for identity, phone_lead in gathered.phones:
            self._store(_claimed(identity, phone_lead, now), phone_lead)
        claimant = _claimed_by(gathered, lead_id)
        if claimant is not None:
            lead = _claimed(claimant, stored, now)
        else:
            self._renew_identities(gathered.identities, now)
            gathered = replace(gathered, events=self._renewed(gathered.events, now))
            lead, _ = self._look(lead_id, stored, gathered, now)
        return self._store(lead, stored)

    def _store(self, lead: Lead, stored: Lead | None) -> Lead:
        if stored is not None:
            unchanged = replace(lead, version=stored.version, folded_at=stored.folded_at)
            if unchanged == stored:
                return stored
        self._leads.save(lead, stored)
        return replace(lead, version=1 + (stored.version if stored else 0))

    def _gather(self, lead_id: str, until: float = math.inf) -> _Gathered:
        history = self._events.history(lead_id)
        _in_time(lead_id, until)
        if kind_of(lead_id) == PHONE:
            own = self._identities.get_many([lead_id])[lead_id]
            return _Gathered(history.events, (own,), truncated=history.truncated)
        named = [
            event
            for event in reclassified(history.events)
            if bears_claims(event) and SPAM not in event.flags
        ]
        weak = newest_weak_subjects(named, ())
        # The versions of phones' leads are read before those phones' claims: then no fold of
        # theirs that is under way, and has not seen our claim, can write after us.
        phone_leads = self._leads.get_many(filter(_is_phone, weak))
        identities = self._identities.get_many([lead_id, *weak])
        weak = newest_weak_subjects(named, identities[lead_id].claimed)
        missing = [name for name in weak if name not in identities]
        if missing:
            phone_leads |= self._leads.get_many(filter(_is_phone, missing))
            identities |= self._identities.get_many(missing)
        events = list(history.events)
        truncated = history.truncated
        taken_in = []
        claimed = [identities[name] for name in weak]
        for identity in claimed:
            if all(claim.claimant != lead_id for claim in identity.timeline):
                continue
            if len(events) >= MAX_EVENTS:
                truncated = True
                break
            theirs = self._events.history(identity.subject)
            _in_time(lead_id, until)
            ours = _owned(theirs.events, identity, lead_id)
            events += ours
            truncated |= theirs.truncated
            if ours and _is_phone(identity.subject):
                taken_in.append((identity, phone_leads.get(identity.subject)))
        return _Gathered(
            tuple(events),
            (identities[lead_id], *claimed),
            tuple(taken_in),
            truncated,
        )

    def _look(
        self, lead_id: str, stored: Lead | None, gathered: _Gathered, now: datetime
    ) -> tuple[Lead, Score | None]:
        events = reclassified(classify.classify(event) for event in gathered.events)
        profile = profile_of(events, now, classify.channel)
        alerting = stored.alerting if stored else Alerting()
        inputs = _hash(gathered)
        if profile.ends_at is None:
            kept = stored if stored and stored.state is LeadState.EMPTY else None
            return Lead(
                lead_id=lead_id,
                state=LeadState.EMPTY,
                folded_at=now,
                expires_at=kept.expires_at if kept else ceil_second(now + ORDINARY),
                alerting=replace(alerting, armed=True, rearms_at=None),
                inputs=inputs,
            ), None
        if self._rules_changed(stored) and stored is not None:
            seen = _seen(events, gathered.identities, stored)
            alerting = self._look_after_rule_change(seen, stored)
        look = engine.look(self._ruleset, profile.facts, profile.events, now, alerting)
        alerting = _ended(look.alerting, profile)
        if look.crossed:
            alerting = replace(alerting, alert_id=f"{lead_id}@{to_text(now)}", hot_since=now)
        score = look.score
        ahead = (score.next_change_at, profile.facts_until, profile.ends_at)
        next_change_at = min((at for at in ahead if at is not None), default=None)
        return Lead(
            lead_id=lead_id,
            folded_at=now,
            expires_at=ceil_second(max(e.received_at for e in profile.events) + ORDINARY),
            alerting=alerting,
            ruleset=self._ruleset.hash,
            inputs=inputs,
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
            due_at=due_at(score.temperature, next_change_at),
            truncated=gathered.truncated,
            shadow=self._shadow_of(profile, now),
        ), score

    def _shadow_of(self, profile: Profile, now: datetime) -> Shadow | None:
        if self._shadow is None:
            return None
        score = engine.score(self._shadow, profile.facts, profile.events, now)
        return Shadow(score.total, score.temperature, self._shadow.hash)

    def _rules_changed(self, stored: Lead | None) -> bool:
        return (
            stored is not None
            and stored.state is LeadState.LIVE
            and stored.ruleset != self._ruleset.hash
            and not self._alert_on_rule_change
        )

    def _look_after_rule_change(self, seen: Sequence[Event], stored: Lead) -> Alerting:
        """A look of its own at what the last fold saw, with the new rules: its alert is dropped.

        What has come since is then looked at like any news.
        """
        profile = profile_of(seen, stored.folded_at, classify.channel)
        look = engine.look(
            self._ruleset, profile.facts, profile.events, stored.folded_at, stored.alerting
        )
        return _ended(look.alerting, profile)

    def _renewed(self, events: Sequence[Event], now: datetime) -> tuple[Event, ...]:
        """Let consents, complaints and operators' events live on while the lead is folded.

        A reclassification is renewed before its target and outlives it.
        """
        flags = {event.event_id: event.flags for event in reclassified(events)}
        until: dict[str, datetime] = {}
        for event in events:
            if not is_durable(event) or SPAM in flags[event.event_id]:
                continue
            if event.expires_at is None or not now < event.expires_at < now + RENEWED_BELOW:
                continue
            until[event.event_id] = ceil_second(now + DURABLE)
        for event in events:
            if event.type == "event_reclassified" and (
                event.event_id in until or event.properties.get("event_id") in until
            ):
                until[event.event_id] = ceil_second(now + RECLASSIFICATION)
        kept = []
        for event in sorted(events, key=lambda e: e.type != "event_reclassified"):
            if event.event_id in until:
                self._events.renew(event, until[event.event_id])
                kept.append(replace(event, expires_at=until[event.event_id]))
            else:
                kept.append(event)
        return tuple(kept)

    def _renew_identities(self, identities: Iterable[Identity], now: datetime) -> None:
        """Let identities outlive the events that they give away.

        :raises Conflict: if time-to-live has deleted one since it was read.
        """
        for identity in identities:
            if identity.ends_soon(now) and not self._identities.renew(identity.subject, now):
                raise Conflict(identity.subject)


def _in_time(lead_id: str, until: float) -> None:
    if time.monotonic() > until:
        raise FoldTookTooLong(lead_id)


def _is_phone(subject: str) -> bool:
    return kind_of(subject) == PHONE


def _not_before(now: datetime, stored: Lead | None, events: Iterable[Event]) -> datetime:
    """An instant not before anything just read: clocks of machines differ."""
    seen = [event.received_at for event in events]
    if stored is not None:
        seen.append(stored.folded_at)
    return max([now, *seen])


def _owned(events: Sequence[Event], identity: Identity, lead_id: str) -> list[Event]:
    """The events of a weak subject that are this lead's.

    A reclassification belongs to whom its target belongs.
    """
    times = {event.event_id: event.occurred_at for event in events}
    owned = []
    for event in events:
        at = event.occurred_at
        if event.type == "event_reclassified":
            target = event.properties.get("event_id")
            if not isinstance(target, str) or target not in times:
                continue
            at = times[target]
        if identity.owner(at) == lead_id:
            owned.append(event)
    return owned


def _seen(
    events: Sequence[Event], identities: Iterable[Identity], stored: Lead
) -> tuple[Event, ...]:
    """Those of the events that the stored lead was folded from.

    Not what was received since, nor the past of a visitor or phone claimed by it.
    """
    known = [event for event in events if event.received_at <= stored.folded_at]
    ids = {event.event_id for event in events} - {event.event_id for event in known}
    held = {stored.lead_id} | {
        identity.subject
        for identity in identities
        for claim in identity.timeline
        if claim.claimant == stored.lead_id and claim.event_id not in ids
    }
    return tuple(event for event in known if event.subject in held)


def _claimed_by(gathered: _Gathered, lead_id: str) -> Identity | None:
    """A phone's identity if an e-mail's lead has taken the phone in."""
    own = gathered.identities[0]
    return own if _is_phone(lead_id) and own.lead is not None else None


def _claimed(identity: Identity, stored: Lead | None, now: datetime) -> Lead:
    """A phone's own lead while an e-mail's lead holds it. It keeps its alert state."""
    kept = stored if stored and stored.state is LeadState.CLAIMED else None
    return Lead(
        lead_id=identity.subject,
        state=LeadState.CLAIMED,
        claimed_by=identity.lead,
        folded_at=max(now, stored.folded_at) if stored else now,
        expires_at=kept.expires_at if kept else ceil_second(now + ORDINARY),
        alerting=stored.alerting if stored else Alerting(),
        inputs=_hash(_Gathered((), (identity,))),
    )


def _ended(alerting: Alerting, profile: Profile) -> Alerting:
    """A lead that ends has cooled: that counts for when it is armed again."""
    if alerting.armed or profile.ends_at is None:
        return alerting
    ahead = [at for at in (alerting.rearms_at, profile.ends_at) if at is not None]
    return replace(alerting, rearms_at=min(ahead))


def _hash(gathered: _Gathered) -> str:
    digest = hashlib.sha256()
    for line in sorted(event.event_id for event in gathered.events):
        digest.update(line.encode() + b"\n")
    for identity in sorted(gathered.identities, key=lambda i: i.subject):
        for mark in sorted([*map(repr, identity.claims), *map(repr, identity.decisions)]):
            digest.update(f"{identity.subject} {mark}\n".encode())
    return digest.hexdigest()[:32]
