"""Compares all that is stored, when nothing is under way, with what it should be."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from hotlist.events.answers import newest_answer
from hotlist.events.event import Event
from hotlist.events.retention import expiry
from hotlist.events.times import ceil_second
from hotlist.events.vocabulary import INTERNAL, SPAM
from hotlist.leads import classify
from hotlist.leads.lead import Alerting, Lead, LeadState, Stage, Temperature
from hotlist.leads.permission import permission
from hotlist.leads.profile import is_kept, profile_of
from hotlist.mail.queue import delivery_name
from hotlist.runtime import stream
from hotlist.sales.notify import alerts
from hotlist.scoring import engine, ruleset
from hotlist.store import leads as stored_leads
from integration.model.judge_mail import MailJudge
from integration.model.judge_to_leads import LeadMailJudge
from integration.model.offline import Limits, Offline, Stored
from integration.model.world import World

HOT, COOLED = 30, 27
RULES = ruleset.from_checked(
    {
        "temperature": {"warm": 10, "hot": HOT, "rearm": HOT - COOLED},
        "groups": {"fit": {}, "engagement": {"decay": {"half_life": "10d"}, "max": 60}},
        "rules": [
            {"id": "director", "lead": {"role": ["director"]}, "points": 10},
            {"id": "student", "lead": {"role": ["student"]}, "points": -10},
            {"id": "owner", "lead": {"role": ["owner"]}, "points": 40},
            {"id": "form", "event": "form_submitted", "points": 12, "max": 24},
            {"id": "page", "event": "page_viewed", "points": 6},
            {"id": "order", "event": "order_completed", "points": 8},
            {
                "id": "contact",
                "event": "contact_requested",
                "award": "once",
                "override": "hot",
                "lasts": "3d",
            },
        ],
    }
)

DURABLE = timedelta(days=396)
A_FOLD = timedelta(days=2)
"""A fold takes seconds; here the clock may go on by a day or two meanwhile."""


class Judge:
    """Compares all that is stored with what it should be."""

    def __init__(self, world: World, limits: Limits) -> None:
        self._world = world
        self._limits = limits
        stored = Stored.of(world.tables.items("identities"))
        self._offline = Offline(world.events(), limits, stored, frozenset(world.expiry.forgotten))

    def judge(self) -> None:
        world = self._world
        faults = [*world.faults, *world.post.faults, *world.post.ses.faults]
        assert not faults, faults[0]
        events = self._offline.events.values()
        with_events = {event.subject for event in events if INTERNAL not in event.flags}
        for subject in sorted(with_events.union(*(event.names for event in events))):
            stored = self._world.plain.leads.get(subject)
            if subject.startswith("visitor:"):
                assert stored is None, "nobody knows this visitor"
            elif stored is None:
                found, _ = self._offline.of_lead(subject, self._world.clock.now)
                kept = [event for event in found if INTERNAL not in event.flags]
                has_ended = subject in self._world.watch.ended_leads
                assert subject not in with_events or has_ended or not kept, (
                    "an identified lead was never folded"
                )
            elif (claimant := self._offline.claimed_by(subject)) is not None:
                assert (stored.state, stored.claimed_by) == (LeadState.CLAIMED, claimant), (
                    "the phone's lead is not where its newest claimant has it"
                )
            elif not self._is_over(stored):
                self._judge_lead(stored)
        self._judge_claims_on_phones()
        self._judge_visitors()
        self._judge_expiry()
        self._judge_alerts()
        post = world.post
        captured = {one for one in self._offline.events if one not in post.judged}
        captured |= {
            str(event.properties["event_id"])
            for name, event in self._offline.events.items()
            if name in captured and event.type == "event_reclassified"
        }
        to_leads = LeadMailJudge(world, self._offline, captured)
        post.ends = to_leads.judge()
        sales = MailJudge(world, self._offline, captured, post.judged_leads, to_leads.owed)
        post.ends += sales.judge()
        post.judged, post.judged_leads = {*self._offline.events}, len(world.tables.stream("leads"))

    def _is_over(self, stored: Lead) -> bool:
        """A phone's lead left behind by an identity that is gone, as all its events are."""
        now = self._world.clock.now
        kept = (is_kept(event, now) for event in self._offline.of_lead(stored.lead_id, now)[0])
        has_ended = any(subject == stored.lead_id for subject, _ in self._world.expiry.forgotten)
        return stored.state is LeadState.CLAIMED and has_ended and not any(kept)

    def _judge_lead(self, stored: Lead) -> None:
        read_at = self._world.watch.read_at[stored.lead_id]
        expected = self._expected(*self._offline.of_lead(stored.lead_id, read_at), stored)
        assert expected == _comparable(stored)
        if stored.state is LeadState.LIVE:
            self._judge_what_is_ahead(stored)
            self._judge_renewal(stored)

    def _expected(self, events: list[Event], truncated: bool, stored: Lead) -> Lead:
        now = stored.folded_at
        counted = self._offline.counted(map(classify.classify, events), now)
        profile = profile_of(counted, now, classify.channel)
        if profile.ends_at is None:
            return _comparable(replace(stored, state=LeadState.EMPTY))
        score = engine.score(RULES, profile.facts, profile.events, now)
        ahead = [at for at in (score.next_change_at, profile.facts_until, profile.ends_at) if at]
        answer = newest_answer(counted)
        back = [answer.until] if answer and answer.until and answer.until > now else []
        return _comparable(
            Lead(
                lead_id=stored.lead_id,
                version=stored.version,
                folded_at=now,
                expires_at=ceil_second(max(e.received_at for e in counted) + timedelta(days=396)),
                ruleset=RULES.hash,
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
                next_change_at=min(ahead),
                due_at=_due(stored, min(ahead + back)),
                truncated=truncated,
                bounced=any(_is_back_for_good(event) for event in counted),
                tracked=_is_tracked(counted),
                answer=answer,
                may=permission(profile.events, profile.facts),
            )
        )

    def _judge_what_is_ahead(self, stored: Lead) -> None:
        """Until `next_change_at` the temperature is guaranteed, and the digest sees the same.

        Not where events were left unread: one of them is read as soon as a newer one expires.
        """
        assert stored.next_change_at is not None
        assert stored.next_change_at > stored.folded_at
        now, last = self._world.clock.now, stored.next_change_at - timedelta(milliseconds=1)
        for at in (now, last) if now <= last else ():
            seen = self._world.folder.view(stored, at).lead
            assert seen.state is LeadState.LIVE, "a lead was over before its next change"
            assert seen.temperature is stored.temperature or stored.truncated
        alerting = stored.alerting
        if not alerting.armed:
            assert alerting.rearms_at is not None, "a lead that can never alert again"

    def _judge_renewal(self, stored: Lead) -> None:
        """Consents, complaints and operators' events live on while their lead is folded."""
        events, _ = self._offline.of_lead(stored.lead_id, stored.folded_at)
        for event in events:
            at = event.expires_at
            if _is_durable(event) and at is not None and at > stored.folded_at:
                assert self._offline.is_spam(event) or at >= stored.folded_at + DURABLE, (
                    "a consent would end though its lead is folded"
                )

    def _judge_claims_on_phones(self) -> None:
        """A claim has a place, and without a place there was no room for it.

        Either may have been otherwise before the claimant's own identity ended.
        """
        places = self._offline.stored.phones
        for phone, made in self._offline.stored.claims.items():
            if not phone.startswith("phone:"):
                continue
            for event in self._offline.events.values():
                if (event.subject, event.event_id) in self._world.expiry.ended:
                    continue
                assert event.event_id not in self._offline.stored.let_go[phone], (
                    "a claim was let go, and its claimant has never ended"
                )
                held = places.get(event.subject, set())
                if event.event_id in made:
                    assert phone in held, "a phone was claimed without a place"
                elif self._offline.claims(event, phone) and not self._offline.is_crowd(phone):
                    assert len(held) >= self._limits.phones, "there was room for a claim"

    def _judge_visitors(self) -> None:
        """A visitor that was claimed is read, unless it shows that newer ones have its place."""
        for event in self._offline.events.values():
            for visitor in event.names:
                if (
                    visitor.startswith("visitor:")
                    and self._offline.claims(event, visitor)
                    and (event.subject, event.event_id) not in self._world.expiry.ended
                ):
                    held = self._offline.held_visitors(event.subject)
                    assert visitor in held or self._offline.is_short(event.subject), (
                        "a visitor is not read, and nothing shows it"
                    )

    def _judge_expiry(self) -> None:
        """A correction outlives what it corrects; what was released lives as long as any other."""
        stored = {event.event_id: event for event in self._world.corrigible()}
        for event in self._offline.events.values():
            if event.event_id not in stored or event.expires_at is None:
                continue
            target = self._offline.events.get(str(event.properties.get("event_id")))
            if target is not None and target.event_id in stored:
                assert target.expires_at is not None
                assert target.expires_at < event.expires_at + A_FOLD, "a correction ends too early"
            if not self._offline.is_spam(event):
                kept = expiry(replace(event, flags=event.flags - {SPAM}))
                assert kept <= event.expires_at, "a released event ends with the spam"

    def _judge_alerts(self) -> None:
        """What notify sees in the stream: one letter for each crossing, none for else."""
        crossings: list[str] = []
        letters: list[str] = []
        for record in stream.writes({"Records": self._world.tables.stream("leads")}):
            letters += map(delivery_name, alerts(record))
            before = stored_leads.from_item(record.before) if record.before else None
            after = stored_leads.from_item(record.image)
            if _crossed(before, after):
                crossings.append(f"alert#{after.alerting.alert_id}")
        assert letters == crossings
        assert len(letters) == len(set(letters)), "two crossings, and one alert"


def _due(stored: Lead, next_change_at: datetime) -> datetime:
    """The stored `due_at`, if it may be that.

    It is a hot lead's own time within a day, or the next change: at most a day earlier beyond two
    days, and thirty beyond sixty.
    """
    due_at, folded_at = stored.due_at, stored.folded_at
    assert due_at is not None
    assert folded_at < due_at <= next_change_at
    if stored.temperature is Temperature.HOT and due_at != next_change_at:
        assert due_at <= folded_at + timedelta(days=1)
        return due_at
    ahead = next_change_at - folded_at
    early = 30 if ahead > timedelta(days=60) else 1 if ahead > timedelta(days=2) else 0
    assert next_change_at - due_at <= timedelta(days=early)
    return due_at


def _crossed(before: Lead | None, after: Lead) -> bool:
    """Walk the table of alerts from one stored lead to the next."""
    was, now = before.alerting if before else Alerting(), after.alerting
    if after.state is LeadState.CLAIMED:
        assert now == was, "a phone that was taken in keeps its alert state"
        return False
    armed = was.armed or (was.rearms_at is not None and was.rearms_at <= after.folded_at)
    hot = after.temperature is Temperature.HOT
    if armed and hot:
        assert now.alert_id != was.alert_id
        assert now.hot_since == after.folded_at
        assert not now.armed
        return True
    assert (now.alert_id, now.hot_since) == (was.alert_id, was.hot_since)
    suspended_or_over = after.stage is Stage.SUSPENDED or after.state is LeadState.EMPTY
    assert now.armed == (not hot and (armed or suspended_or_over or after.total <= COOLED))
    return False


def _comparable(lead: Lead) -> Lead:
    """Without what depends on how often it was looked at: hash and alert state."""
    if lead.state is LeadState.LIVE:
        return replace(lead, inputs="", alerting=Alerting())
    return Lead(
        lead_id=lead.lead_id,
        state=lead.state,
        version=lead.version,
        folded_at=lead.folded_at,
        expires_at=lead.expires_at,
    )


def _is_back_for_good(event: Event) -> bool:
    return event.type == "email_bounced" and event.properties["permanent"] is True


def _is_tracked(events: Iterable[Event]) -> bool:
    """Whether the last word on tracking gives a consent, and nobody has objected to profiling.

    What is pending is no word.
    """
    is_given = False
    for event in events:
        named = event.properties.get("purposes")
        if event.type == "profiling_objected":
            return False
        if event.type == "unsubscribed" and isinstance(named, list) and "tracking" in named:
            is_given = False
        given = event.properties.get("consents")
        is_about = event.properties.get("purpose") == "tracking"
        if isinstance(given, dict) and "tracking" in given:
            is_given = True
        elif is_about and event.type in ("consent_given", "consent_withdrawn"):
            is_given = event.type == "consent_given"
    return is_given


def _is_durable(event: Event) -> bool:
    if event.properties.get("hotlist_test"):
        return False
    return bool(event.type in _DURABLE or event.properties.get("consents"))


_DURABLE = {
    "unsubscribed",
    "consent_given",
    "consent_withdrawn",
    "profiling_objected",
    "email_complained",
    "score_suspended",
    "score_resumed",
}
