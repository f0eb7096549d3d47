"""Judges all mail to sales of a stretch of time: from what was captured, what was stored of leads,
and what SES took. None of the code that decides about mail is asked.

What ended without a mail must have been held and told of, or parked, or let be for one of the
reasons that are written out here.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from hotlist.events.answers import standing_answers
from hotlist.events.event import Event
from hotlist.leads.lead import Lead, LeadState, Stage, Temperature
from hotlist.mail.queue import letter_of
from hotlist.store import leads as stored_leads
from integration.model.offline import Offline
from integration.model.post import TEAM
from integration.model.queues import DEAD_LETTERS, OUTBOX, RESCORE
from integration.model.ses import hash_of
from integration.model.world import World

REPEATED: Final = timedelta(minutes=10)
LIVES: Final = timedelta(days=396)
A_RUN: Final = timedelta(minutes=2)
"""How long after an hour a mail may still be taken that has its place in it."""


class MailJudge:
    """Says what is wrong with the mail since `since`, the place in the stream of leads."""

    def __init__(
        self, world: World, offline: Offline, captured: set[str], since: int, owed: Iterable[str]
    ) -> None:
        """`owed` are deliveries that are judged elsewhere. None is forgotten with its item."""
        self._world, self._offline, self._post = world, offline, world.post
        self._captured = captured
        self._records = world.tables.stream("leads")
        self._since = since
        self._flagged = {
            str(event.properties["event_id"])
            for event in offline.events.values()
            if event.type == "event_reclassified"
        }
        items = {item["delivery_id"]["S"]: item for item in world.tables.items("deliveries")}
        self._states = {name: item["state"]["S"] for name, item in items.items() if "state" in item}
        self._hours = {name: item for name, item in items.items() if name.startswith("hour#")}
        self._by_message = {
            one for item in self._hours.values() for one in item.get("by_message", {}).get("SS", ())
        }
        self._parked = Counter(
            hash_of(letter_of(one.body).delivery_id) for one in world.queues.held[DEAD_LETTERS]
        )
        self._owed = world.post.owed
        self._owed.update(owed)

    def judge(self) -> Counter[str]:
        """Raise an AssertionError if anything is wrong; else count what became of the letters."""
        assert not self._world.queues.held[OUTBOX], "a letter is left in the queue"
        assert not self._world.queues.held[RESCORE], "a lead is left in the queue"
        seen: Counter[str] = Counter()
        for event in self._offline.events.values():
            if event.tell:
                seen += self._judge_message(event)
        for place, lead in self._crossings():
            seen += self._judge_alert(place, lead)
        self._judge_held()
        self._judge_hours()
        self._judge_what_was_sent()
        return seen

    # --- messages -----------------------------------------------------------------------

    def _judge_message(self, event: Event) -> Counter[str]:
        name = f"tell#{event.subject}#{event.event_id}"
        ends = Counter(self._ends(name, hash_of(f"{name}#{one.id}"), one.id) for one in TEAM)
        if event.event_id in self._captured and not self._may_be_let_be(event):
            for one in sorted(self._post.steady):
                assert self._end(name, one) or self._is_told_by_another(event, one), (
                    "a message that somebody did not get"
                )
            told = any(self._end(name, one.id) for one in TEAM)
            assert told or any(self._is_told_by_another(event, one.id) for one in TEAM), (
                "a message that nobody got"
            )
        return ends

    def _may_be_let_be(self, event: Event) -> bool:
        """It is spam or a bot's as things are now, or nobody keeps it any more."""
        now = self._world.clock.now
        gone = event.expires_at is not None and event.expires_at <= now
        return (
            not self._offline.flags(event).isdisjoint({"spam", "bot", "internal"})
            or event.event_id in self._world.expiry.swept
            or gone
            or event.received_at + LIVES <= now
        )

    def _is_told_by_another(self, event: Event, recipient: str) -> bool:
        """Whether the same words were told, sent within ten minutes of these.

        Or were let be: then these were left out, since they were the same.
        """
        for other in self._offline.events.values():
            same = other.event_id != event.event_id and other.dedup == event.dedup != ""
            if same and abs(other.occurred_at - event.occurred_at) < REPEATED:
                name = f"tell#{other.subject}#{other.event_id}"
                if self._end(name, recipient) or other.event_id in self._flagged:
                    return True
        return False

    # --- alerts -------------------------------------------------------------------------

    def _crossings(self) -> Iterator[tuple[int, Lead]]:
        """Every write by which a lead has got a new alert."""
        for place, record in enumerate(self._records):
            change = record["dynamodb"]
            alert_id = change.get("NewImage", {}).get("alert_id")
            if alert_id and alert_id != change.get("OldImage", {}).get("alert_id"):
                yield place, stored_leads.from_item(change["NewImage"])

    def _judge_alert(self, place: int, lead: Lead) -> Counter[str]:
        name = f"alert#{lead.alerting.alert_id}"
        ends = Counter(self._ends(name, hash_of(f"{name}#{one.id}"), one.id) for one in TEAM)
        tell = lead.alerting.alert_tell
        message = self._offline.events.get(tell.split("#")[1]) if tell else None
        if message is not None and message.event_id not in self._flagged:
            for one in TEAM:
                sent = self._end(f"tell#{tell}", one.id) == "sent"
                assert not sent or self._end(name, one.id) != "sent", "a message and its alert"
                noted = f"{name}#{one.id}" in self._by_message
                assert sent or not noted, "a message stands for an alert, and was not sent"
        if place < self._since:
            return ends
        reason = self._let_be(place, lead)
        ends[reason] += bool(reason)
        if not reason:
            for reader in sorted(self._post.steady):
                assert self._end(name, reader) or self._stands(message, reader), (
                    "a lead turned hot and somebody was not told"
                )
        return ends

    def _stands(self, message: Event | None, recipient: str) -> bool:
        """Whether a message stands for an alert: somebody who gets the message gets no alert.

        A message that was held, refused or let be stands for nothing.
        """
        if message is None:
            return False
        name = f"tell#{message.subject}#{message.event_id}"
        return self._end(name, recipient) == "sent"

    def _let_be(self, place: int, lead: Lead) -> str:
        """Why an alert may be let be, by what was stored since."""
        since = lead.alerting.hot_since
        subjects = {lead.lead_id}
        for now in self._states_since(place, lead.lead_id):
            if now is None or now.state is LeadState.EMPTY:
                return "the lead is over"
            if now.alerting.alert_id != lead.alerting.alert_id:
                return "a newer alert"
            if now.stage in (Stage.SUSPENDED, Stage.REJECTED):
                return "suspended"
            if now.claimed_by is not None:
                subjects.add(now.claimed_by)
                for claimant in self._states_since(place, now.claimed_by):
                    if claimant is None or claimant.state is not LeadState.LIVE:
                        return "taken in by a lead that is over"
                    if claimant.temperature is Temperature.HOT:
                        return "taken in by a hot lead"
                    if claimant.stage in (Stage.SUSPENDED, Stage.REJECTED):
                        return "taken in by a suspended lead"
        said = [one for one in self._offline.events.values() if one.subject in subjects]
        if any(since and one.at >= since for one in standing_answers(said)):
            return "answered"
        return ""

    def _states_since(self, place: int, lead_id: str) -> list[Lead | None]:
        """What a lead was at a place in the stream, and all that it was after it."""
        states: list[Lead | None] = [None]
        for at, record in enumerate(self._records):
            change = record["dynamodb"]
            if change["Keys"]["lead_id"]["S"] == lead_id:
                image = change.get("NewImage")
                states = states if at > place else []
                states.append(stored_leads.from_item(image) if image else None)
        return states

    # --- held ---------------------------------------------------------------------------

    def _judge_held(self) -> None:
        """What was held had no place in its hour, and somebody was told how many there were."""
        held_in: defaultdict[str, set[str]] = defaultdict(set)
        for name, item in self._hours.items():
            for delivery_id in item.get("held", {}).get("SS", ()):
                held_in[delivery_id].add(name)
        told = {mail.delivery: mail.subject for mail in self._post.ses.taken}
        for delivery_id, state in self._states.items():
            is_sales = delivery_id.startswith(("tell#", "alert#", "more#"))
            if state != "held" or not is_sales or delivery_id in self._post.judged_held:
                continue
            self._post.judged_held.add(delivery_id)
            assert held_in[delivery_id], "held, and no hour says so"
            delivery = hash_of(delivery_id)
            if self._post.ses.copies[delivery]:  # then nobody knew: not its sender, and not SES
                stored, held = self._post.ses.stored, self._post.ses.stored[f"held {delivery}"]
                assert f"sent {delivery}" not in stored, "held, and known to be sent"
                assert stored.get(f"event {delivery}", held) >= held, "held, and SES said sent"
        for name, item in self._hours.items():
            if "held" not in item:
                continue
            assert len(item["sent"]["SS"]) >= self._post.most, "held, and there was a place"
            more = hash_of(f"more#{name.removeprefix('hour#')}")
            self._owed.add(more)
            assert more in told, "held, and nobody was told"
            kept = [one for one in item["held"]["SS"] if self._states.get(one) == "held"]
            counted = re.match(r"\d+", told[more])
            assert counted is not None
            assert int(counted[0]) >= len(kept), "more were held than was told"

    def _judge_hours(self) -> None:
        """No recipient gets more mails of a kind in an hour than there are places."""
        got: defaultdict[tuple[str, str, datetime], set[str]] = defaultdict(set)
        kinds = self._kinds()
        for mail in self._post.ses.taken:
            hour = mail.at.replace(minute=0, second=0, microsecond=0)
            kind = kinds.get(mail.delivery)
            if kind is not None and mail.at - hour >= A_RUN:
                got[kind, mail.recipient, hour].add(mail.delivery)
        for mails in got.values():
            assert len(mails) <= self._post.most, "more mails in an hour than there are places"

    def _kinds(self) -> dict[str, str]:
        """By delivery what kind of letter it is."""
        kinds = {}
        for name in self._states:
            kind = name.split("#")[0]
            if kind in ("tell", "alert"):
                kinds[hash_of(name)] = kind
        return kinds

    # --- all of it ----------------------------------------------------------------------

    def _judge_what_was_sent(self) -> None:
        for mail in self._post.ses.taken:
            assert mail.delivery in self._owed, "a mail that nobody is owed"
        for name, state in self._states.items():
            if state == "sent":
                assert self._post.ses.copies[hash_of(name)], "stored as sent, and SES never got it"

    def _ends(self, name: str, delivery: str, recipient: str) -> str:
        self._owed.add(delivery)
        return self._end(name, recipient) or "none"

    def _end(self, name: str, recipient: str) -> str:
        """What became of a letter to somebody: sent, held or parked; empty if nothing did."""
        delivery_id = f"{name}#{recipient}"
        delivery = hash_of(delivery_id)
        if self._post.ses.copies[delivery]:
            return "sent"
        if self._states.get(delivery_id) == "held":
            return "held"
        return "parked" if self._parked[delivery] else ""


def totals(world: World) -> Counter[str]:
    """What a schedule came to."""
    ses = world.post.ses
    counts = Counter(mails=len(ses.taken), doubled=ses.excused, refused=len(ses.refused))
    return counts + Counter({f"ended {end}": times for end, times in world.post.ends.items()})
