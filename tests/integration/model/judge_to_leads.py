"""Judges all mail to leads: from what was captured and when it was stored, from what SES took, and
from what became of the letters. None of the code that decides about mail is asked.

What was due was sent once, or held and told of, or parked. What was sent was due when its letter
was taken up.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.mail.queue import ToLead, letter_of
from hotlist.store.to_leads import Confirmation
from integration.model.forms import FORMS, REWARD, VERSION, mails_of
from integration.model.offline import Offline
from integration.model.queues import DEAD_LETTERS
from integration.model.readers import links_of
from integration.model.ses import CLOCKS, Taken, hash_of
from integration.model.to_leads import Handled
from integration.model.words import (
    answers,
    gives_tracking,
    has_unsubscribed,
    is_over,
    order_of,
    purposes_of,
    stops,
)
from integration.model.world import World

A_RUN: Final = timedelta(minutes=2)
"""How long a letter may take from its first look at the clock to its mail."""

REPEATED: Final = timedelta(minutes=10)
"""Confirmations of a purpose that are asked for, or sent, within it are one."""

A_DAY: Final = 3
"""How many confirmations an address gets on a day: one if its owner has ended such mails."""

LIVES: Final = timedelta(days=396)
CONFIRMED_WITHIN: Final = timedelta(days=7)
MAILED_WITHIN: Final = timedelta(days=30)

_NOBODYS: Final = {"prefetch", "internal"}
_REPORTS: Final = {
    "Delivery": "email_delivered",
    "Bounce": "email_bounced",
    "Complaint": "email_complained",
}


class LeadMailJudge:
    """Says what is wrong with the mail to leads. `owed` are the deliveries that may be there.

    `captured` are the events of this stretch of time, and those that were corrected in it.
    """

    def __init__(self, world: World, offline: Offline, captured: set[str]) -> None:
        self._world, self._offline, self._captured = world, offline, captured
        self._ses, self._letters = world.post.ses, world.post.letters
        items = {item["delivery_id"]["S"]: item for item in world.tables.items("deliveries")}
        self._states = {name: item["state"]["S"] for name, item in items.items() if "state" in item}
        self._hours = {name: item for name, item in items.items() if name.startswith("hour#")}
        self._said: defaultdict[str, list[Event]] = defaultdict(list)
        for event in sorted(offline.events.values(), key=order_of):
            if event.route in (Route.LINK, Route.SES) and event.flags.isdisjoint(_NOBODYS):
                self._said[event.subject].append(event)
        self._parked = {
            (about.event_id, about.what)
            for message in world.queues.held[DEAD_LETTERS]
            if isinstance(about := letter_of(message.body).about, ToLead)
        }
        self._asking = [event for event in offline.events.values() if event.to_lead]
        self._by_delivery: defaultdict[str, list[tuple[Event, str]]] = defaultdict(list)
        for event in self._asking:
            for what in event.to_lead:
                if (name := self._name(event, what)) is not None:
                    self._by_delivery[name].append((event, what))
        self._names = {hash_of(name): name for name in self._by_delivery}
        self.owed = frozenset(self._names)

    def judge(self) -> Counter[str]:
        """Raise an AssertionError if anything is wrong; else count what became of the letters."""
        self._judge_places()
        self._judge_what_was_sent()
        self._judge_what_was_handled()
        self._judge_reports()
        self._judge_held()
        self._judge_hours()
        seen: Counter[str] = Counter()
        for event in self._asking:
            for what in event.to_lead:
                seen[f"to a lead {self._end(event, what) or 'none'}"] += 1
                if event.event_id in self._captured:
                    self._judge_asked(event, what)
        return seen

    # --- what was sent ------------------------------------------------------------------

    def _judge_what_was_sent(self) -> None:
        """Each mail was asked for, goes to whom it is for, and nothing spoke against it."""
        deliveries: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for mail in self._ses.taken:
            if not mail.event:
                continue
            event = self._offline.events[mail.event]
            asked = self._by_delivery.get(self._names.get(mail.delivery, ""), ())
            whats = [what for one, what in asked if one.event_id == event.event_id]
            assert len(whats) == 1, "a mail to a lead that nobody asked for"
            deliveries[event.event_id, whats[0]].add(mail.delivery)
            assert mail.to == event.email, "a mail to somebody else"
            reason = self._reason(event, whats[0], mail.since, mail.since_at - CLOCKS)
            if reason:  # unless it was no reason any more when the letter was read
                reason = self._reason(event, whats[0], mail.step, mail.since_at - CLOCKS)
            assert not reason, f"a mail to a lead though {reason}"
            self._judge_links(mail, event, whats[0])
            self._judge_after_opt_out(mail, event, whats[0])
        assert all(len(names) == 1 for names in deliveries.values()), "two mails for one letter"

    def _judge_links(self, mail: Taken, event: Event, what: str) -> None:
        """It asks for what its event left open, and tells of openings with consent alone."""
        kinds = {kind for kind, _ in links_of(mail)}
        assert "unsubscribe" in kinds, "a mail without a way out"
        assert ("confirm" in kinds) == what.startswith("confirm:"), "a mail with another's link"
        assert ("d" in kinds) == (what == "reward"), "a mail with another's link"
        if kinds & {"o", "c"}:
            assert self._is_confirmed(event.subject, mail.step, mail.since_at - CLOCKS), (
                "a mail that tells of openings, and its address may be another's"
            )
            assert not any(one.type == "profiling_objected" for one in self._heard(event, mail)), (
                "a mail that tells of openings, and its reader has objected"
            )
            assert any(
                self._stored(one) < mail.step and gives_tracking(one)
                for one in self._offline.events.values()
                if one.subject == event.subject
            ), "a mail that tells of openings, and nobody agreed to it"

    def _judge_after_opt_out(self, mail: Taken, event: Event, what: str) -> None:
        """Whoever has ended such mails is asked by the first of a day alone."""
        place = self._place(event, what.removeprefix("confirm:"))
        if what.startswith("confirm:") and place and place.taken_at > mail.since_at + CLOCKS:
            has_ended = has_unsubscribed(self._heard(event, mail))
            assert not has_ended or place.number == 1, "strangers ask again and again"

    def _heard(self, event: Event, mail: Taken) -> list[Event]:
        """What was known of the subject of an event when a mail's letter was taken up."""
        return [
            one
            for one in self._said[event.subject]
            if self._stored(one) < mail.since and not is_over(one, mail.at)
        ]

    def _reason(self, event: Event, what: str, before: int, at: datetime) -> str:
        """Why a letter is let be, by what was stored before a step, at a time; empty if not."""
        if is_over(event, at):
            return "its event is over"
        form = str(event.properties["form"])
        if form not in FORMS or what not in mails_of(
            form, event.properties.get("pending_consents")
        ):
            return "its form says nothing of it"
        flags = self._offline.flags(event, lambda word: self._stored(word) < before)
        is_test = event.properties.get("hotlist_test") is True
        if flags & ({"spam"} if is_test else {"spam", "bot", "internal"}):
            return "it is no person's"
        said = [
            one
            for one in self._said[event.subject]
            if self._stored(one) < before and not is_over(one, at)
        ]
        if any(stops(one) for one in said):
            return "its address has bounced or complained"
        is_confirmation = what.startswith("confirm:")
        if at - event.received_at >= (CONFIRMED_WITHIN if is_confirmation else MAILED_WITHIN):
            return "it was asked for too long ago"
        if what == "receipt" and has_unsubscribed(said):
            return "its owner has unsubscribed"
        if not is_confirmation:
            return ""
        words = [one for one in said if what.removeprefix("confirm:") in purposes_of(one)]
        return "it is answered" if words and answers(words[-1], event) else ""

    # --- what was due -------------------------------------------------------------------

    def _judge_what_was_handled(self) -> None:
        """A worker that was done with a letter has mailed it, held it or had a reason."""
        since = self._letters.judged
        for one in self._letters.handled[since:]:
            event = self._offline.events[one.about.event_id]
            what = one.about.what
            if what not in event.to_lead:
                continue
            if self._reason(event, what, one.ended, one.at + CLOCKS) or self._end(event, what):
                continue
            assert self._is_waived(event, what, one), f"a letter was done and nothing came: {what}"
        self._letters.judged = len(self._letters.handled)

    def _is_waived(self, event: Event, what: str, handled: Handled) -> bool:
        """Whether a confirmation had no place: one was just sent, or the day was full.

        A second copy of its letter may find one later.
        """
        kind, _, purpose = what.partition(":")
        own = self._place(event, purpose)
        if kind != "confirm" or (own is not None and own.taken_at <= handled.at + CLOCKS):
            return False
        places = self._letters.places.get(event.subject, set())
        for place in places:
            gap = min(abs(place.asked_at - event.received_at), abs(place.taken_at - handled.at))
            same = (purpose, _text_of(event), event.is_test)
            if (place.purpose, place.text, place.is_test) == same and gap < REPEATED + A_RUN:
                return True
        words = [one for one in self._said[event.subject] if self._stored(one) < handled.ended]
        about = [one for one in words if purpose in purposes_of(one)]
        has_ended = bool(about) and about[-1].type in ("unsubscribed", "consent_withdrawn")
        most = 1 if has_ended or has_unsubscribed(words) else A_DAY
        days = {f"{handled.at - back:%Y-%m-%d}" for back in (timedelta(0), A_RUN)}
        on_days = [[one for one in places if one.day == day] for day in days]
        is_full = any(len(one) >= most for one in on_days)
        return is_full or (event.is_test and any(one.is_test for day in on_days for one in day))

    def _judge_asked(self, event: Event, what: str) -> None:
        """A letter was made of what was asked for, unless it does not count or is a repetition."""
        now = self._world.clock.now
        is_gone = event.event_id in self._world.expiry.swept or is_over(event, now)
        is_gone |= event.received_at + LIVES <= now  # its lead is over
        flags = self._offline.flags(event)
        is_test = event.properties.get("hotlist_test") is True
        if is_gone or flags & ({"spam"} if is_test else {"spam", "bot", "internal"}):
            return
        assert self._was_handled(event, what) or self._is_a_repetition(event), (
            "what a form asked for became no letter"
        )

    def _was_handled(self, event: Event, what: str) -> bool:
        return (event.event_id, what) in self._parked or any(
            one.about.event_id == event.event_id and one.about.what == what
            for one in self._letters.handled
        )

    def _is_a_repetition(self, event: Event) -> bool:
        """Whether the same was sent within ten minutes of it, and stands for it or was let be."""
        return any(
            other.event_id != event.event_id
            and other.dedup == event.dedup != ""
            and abs(other.occurred_at - event.occurred_at) < REPEATED
            for other in self._asking
        )

    def _judge_reports(self) -> None:
        """What SES reports of a mail to a lead is an event of it, but what is no complaint."""
        reports = self._world.post.reports.told
        of_events = ((mail, kind, self._offline.events[mail.event]) for mail, kind in reports)
        told = {
            (event.subject, _REPORTS[kind], f"m{mail.number}")
            for mail, kind, event in of_events
            if kind in _REPORTS and not (event.is_test and kind == "Delivery")
        }
        known = {
            (event.subject, event.type, event.properties["message_id"])
            for event in self._offline.events.values()
            if event.route is Route.SES
        }
        assert not told - known, "what SES reports of a mail to a lead is lost"
        assert not known - told, "SES has not reported that"

    # --- caps ---------------------------------------------------------------------------

    def _judge_places(self) -> None:
        """Three confirmations a day, one an event and purpose, none within ten minutes."""
        for subject, places in self._letters.places.items():
            days = Counter(one.day for one in places)
            assert not days or max(days.values()) <= A_DAY, "more confirmations than a day has"
            tests = Counter(one.day for one in places if one.is_test)
            assert not tests or max(tests.values()) == 1, "tests take the places of a day"
            asked = Counter((one.event_id, one.purpose) for one in places)
            assert not asked or max(asked.values()) == 1, "two confirmations for one letter"
            for one in places:
                event = self._offline.events[one.event_id]
                assert event.subject == subject, "a place for another's confirmation"
                assert event.received_at == one.asked_at, "a place for another's confirmation"
                for other in places:
                    if one != other and _what(one) == _what(other):
                        gap = min(
                            abs(one.asked_at - other.asked_at), abs(one.taken_at - other.taken_at)
                        )
                        assert gap >= REPEATED, "two confirmations within minutes"

    def _judge_hours(self) -> None:
        """No form mails more unconfirmed addresses in an hour than it may."""
        got: defaultdict[tuple[str, datetime], set[str]] = defaultdict(set)
        for mail in self._ses.taken:
            if not mail.event:
                continue
            event = self._offline.events[mail.event]
            hour = mail.at.replace(minute=0, second=0, microsecond=0)
            if mail.at - hour >= A_RUN and not self._is_confirmed(
                event.subject, mail.step, mail.at
            ):
                got[str(event.properties["form"]), hour].add(mail.delivery)
        for mails in got.values():
            assert len(mails) <= self._letters.most, "a form mailed more than an hour has"

    def _is_confirmed(self, subject: str, before: int, at: datetime) -> bool:
        """Whether somebody had answered a mail to an address by its link."""
        return any(
            one.type in ("consent_given", "reward_claimed") and self._stored(one) < before
            for one in self._said[subject]
            if one.route is Route.LINK and not is_over(one, at)
        )

    def _judge_held(self) -> None:
        """What was held had no place in its hour, was told of, and was not known to be sent."""
        told = set(self._told())
        for event, what in ((one, what) for one in self._asking for what in one.to_lead):
            letter = _letter(event, what)
            if self._states.get(letter) != "held" or letter in self._world.post.judged_held:
                continue
            self._world.post.judged_held.add(letter)
            form = str(event.properties["form"])
            assert (event.event_id, form) in told, "a mail to a lead was held, and nobody was told"
            since, at = self._letters.held_at[hash_of(letter)]
            assert not self._is_confirmed(event.subject, since, at), (
                "mail to a confirmed address held"
            )
            hours = {f"{at - back:%Y-%m-%dT%H}" for back in (-CLOCKS, timedelta(0), A_RUN)}
            kept = [self._hours.get(f"hour#{form}#lead#{hour}") for hour in hours]
            assert any(one and len(one["sent"]["SS"]) >= self._letters.most for one in kept), (
                "a mail to a lead was held, and there was a place"
            )
            delivery, stored = hash_of(self._name(event, what) or ""), self._ses.stored
            assert f"held {hash_of(letter)}" in stored, "a mail to a lead is held by nobody"
            for how in ("sent", "event"):  # what SES says while the letter is read comes too late
                known = stored.get(f"{how} {delivery}", since)
                assert known >= since, "a mail to a lead was held, and known to be sent"

    def _told(self) -> Iterator[tuple[str, str]]:
        """The events and forms of which the log says that mails were held."""
        for line in self._world.log.getvalue().splitlines():
            said = json.loads(line)
            if said.get("attention") == "mails to leads held":
                yield said["event_id"], said["form"]

    # --- letters ------------------------------------------------------------------------

    def _name(self, event: Event, what: str) -> str | None:
        """The delivery of what an event asks for; None for a confirmation that has no place."""
        kind, _, purpose = what.partition(":")
        day = f"{event.received_at:%Y-%m-%d}"
        test = "test#" if event.is_test else ""
        if kind == "reward":
            return f"{test}magnet#{event.subject}#{REWARD}#{day}"
        if kind == "receipt":
            return f"{test}receipt#{event.subject}#{event.properties['form']}#{day}"
        place = self._place(event, purpose)
        return place and f"{test}confirm#{event.subject}#{purpose}#{place.day}#{place.number}"

    def _place(self, event: Event, purpose: str) -> Confirmation | None:
        places = self._letters.places.get(event.subject, ())
        own = event.event_id, purpose
        return next((one for one in places if (one.event_id, one.purpose) == own), None)

    def _end(self, event: Event, what: str) -> str:
        """What became of what an event asks for: sent, held or parked; empty if nothing did."""
        name = self._name(event, what)
        if name is not None and self._ses.copies[hash_of(name)]:
            return "sent"
        if self._states.get(_letter(event, what)) == "held":
            return "held"
        asked = self._by_delivery.get(name or "", [(event, what)])
        return "parked" if any((one.event_id, kind) in self._parked for one, kind in asked) else ""

    def _stored(self, event: Event) -> int:
        return self._world.stored_at[event.event_id]


def _letter(event: Event, what: str) -> str:
    """The name of a letter to a lead: what is held is held under it."""
    return f"lead#{event.subject}#{event.event_id}#{what}"


def _what(place: Confirmation) -> tuple[str, str, bool]:
    return place.purpose, place.text, place.is_test


def _text_of(event: Event) -> str:
    """Which text a form asks to be confirmed."""
    return f"{event.properties['form']} {VERSION}"
