"""Tells the card of a lead in the language and time zone of its reader. Pure.

What it gives are texts, for a page as for a terminal: neither knows how to say anything.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from hotlist.cards.card import Answer, Giver, LeadCard, Points, PointsLine, Touch
from hotlist.cards.card_in_words import (
    CardInWords,
    CurveInWords,
    LineInWords,
    PointsInWords,
    Reach,
)
from hotlist.cards.card_texts import CARD_COUNTED, CARD_TEXTS
from hotlist.cards.curve import Curve
from hotlist.cards.history_texts import DETAILS
from hotlist.cards.history_words import Told, amount, of_type, purpose_name, reason_name, told
from hotlist.events.answers import DOINGS
from hotlist.leads.lead import FALLBACK, MOVED, LeadState
from hotlist.mail.formats import Formats, formats
from hotlist.mail.lead_card import CALLED, MAILED, allowed, refuses
from hotlist.mail.texts import (
    CHANNEL_NAMES,
    COUNTED,
    ON_DAYS,
    STAGE_NAMES,
    TEMPERATURES,
    TEXTS,
)
from hotlist.mail.wording import name_of, short, whole
from hotlist.sales.team import Recipient

MOST_LINES: Final = 30
"""How many lines of one rule are told. The others are told as one."""

_PLACES: Final = 5
"""Decimal places of weighted points at most: the lines that are told sum to what is told."""

_FAR: Final = 300
"""Days from which a day is told with its year."""

_WEEK: Final = 7
_WHOLE: Final = 100

_TOUCH: Final = ("source", "medium", "campaign", "term", "content", "referrer", "landing_page")


def in_words(card: LeadCard, recipient: Recipient, now: datetime) -> CardInWords:
    """A card as its reader sees it. Days nearby are told as people say them."""
    return _Words(card, recipient, now).all()


class _Words:
    """One card, one reader, one time."""

    def __init__(self, card: LeadCard, recipient: Recipient, now: datetime) -> None:
        self._card = card
        self._recipient = recipient
        self._now = now
        self._language = recipient.language
        self._words = CARD_TEXTS[recipient.language]
        self._mails = TEXTS[recipient.language]
        self._ours: Formats = formats(recipient.language)
        self._zone = ZoneInfo(recipient.timezone)

    def all(self) -> CardInWords:
        card, lead, words = self._card, self._card.lead, self._words
        is_live = lead.state is LeadState.LIVE
        older = card.history.older
        return CardInWords(
            words={**words, **{k: self._mails[k] for k in ("campaign", "stage", "unknown")}},
            reach=self._reach(),
            points=self._ours.number(lead.total) if is_live else "",
            unit=self._counted("points_alone", lead.total),
            temperature=self._temperature(lead.temperature.value) if is_live else "",
            heat=lead.temperature.value if is_live else "",
            notices=tuple(self._notices()),
            facts=tuple((label, value) for label, value in self._facts() if value),
            override=words["override"].format(rule=short(card.override)) if card.override else "",
            reasons=tuple(
                LineInWords(
                    words["last"].format(at=self._moment(one.at)) if one.at else "",
                    (short(one.title),),
                    self._ours.number(points),
                )
                for one in card.reasons
                if (points := one.points.quantize(Decimal(1), ROUND_HALF_UP))
            ),
            answers=tuple(map(self._answer, card.answers)),
            deeds=tuple((do, self._mails[f"do_{do}"]) for do in DOINGS),
            snoozed=self._snoozed(),
            ahead=self._ahead() if is_live else (),
            curve=None if card.curve is None else self._curve(card.curve),
            lines=tuple(map(self._of_rule, card.points)),
            sum=self._points(card.exact),
            rounded=""
            if card.exact == lead.total
            else words["rounded"].format(points=self._ours.number(lead.total)),
            history=tuple(told(one, self._recipient, self._now) for one in card.history.episodes),
            older=self._ours.counted(CARD_COUNTED[self._language]["older"], older) if older else "",
            consents=tuple(
                (
                    purpose_name(one.purpose, self._language),
                    words["since"].format(day=self._day(one.since)) if one.since else "",
                )
                for one in card.consents
            ),
            touches=tuple(self._touches()),
            owner=short(card.owner),
            owner_rule=self._owner_rule(),
            as_of=words["as_of"].format(time=self._ours.moment(lead.folded_at, self._zone)),
        )

    # --- who ----------------------------------------------------------------------------

    def _reach(self) -> Reach:
        lead = self._card.lead
        contact, is_live = lead.contact, lead.state is LeadState.LIVE
        email, phone = whole(contact.email), whole(contact.phone)
        may_call, may_mail = lead.may in CALLED, lead.may in MAILED
        return Reach(
            name=name_of(contact, self._mails["unknown"]),
            company=short(contact.company or ""),
            phone=short(national(phone)),
            number=short(phone),
            tel="".join(c for c in phone if c in "+0123456789") if may_call else "",
            email=short(email),
            mailto=email if may_mail else "",
            subject=TEXTS.get(self._card.language, self._mails)["mail_subject"],
            allowed=allowed(lead.may, contact, self._language) if is_live else "",
            is_warning=refuses(lead.may, contact),
            bounced=self._mails["bounced"] if lead.bounced and email else "",
        )

    def _notices(self) -> Iterable[str]:
        lead = self._card.lead
        if lead.state is not LeadState.LIVE:
            yield self._words[lead.state.value]
        if self._card.has_claimed:
            yield self._words["has_claimed"]
        if lead.stage.value == "suspended":
            yield self._words["suspended"]
        if lead.truncated:
            yield self._words["truncated"]

    def _facts(self) -> Iterable[tuple[str, str]]:
        lead, words = self._card.lead, self._words
        if lead.state is not LeadState.LIVE:
            return
        hot_since = lead.alerting.hot_since if lead.temperature.value == "hot" else None
        yield self._mails["stage"], STAGE_NAMES[self._language][lead.stage.value]
        yield words["grade"], short(lead.grade or "")
        yield words["segment"], short(lead.segment or "")
        yield self._mails["hot_since"], self._moment(hot_since)
        yield self._mails["last_seen"], self._moment(lead.last_event_at)
        yield words["created"], "" if lead.created_at is None else self._day(lead.created_at)

    def _owner_rule(self) -> str:
        ownership = self._card.lead.ownership
        if not ownership.rule or not self._card.owner:
            return ""
        if ownership.rule in (FALLBACK, MOVED):
            return self._words[f"rule_{ownership.rule}"]
        return self._words["rule"].format(rule=short(ownership.rule))

    def _touches(self) -> Iterable[tuple[str, tuple[tuple[str, str], ...]]]:
        for name in ("first_touch", "last_touch"):
            touch: Touch | None = getattr(self._card, name)
            if touch is None:
                continue
            channels = CHANNEL_NAMES[self._language]
            known = channels.get(touch.channel or "", touch.channel or "")
            labels = {**self._words, "campaign": self._mails["campaign"]}
            rows = [(self._words["channel"], short(known))]
            rows += [(labels[one], short(touch.said[one])) for one in _TOUCH if one in touch.said]
            heading = f"{self._words[name]} · {self._moment(touch.at)}"
            yield heading, tuple((label, value) for label, value in rows if value)

    def _snoozed(self) -> str:
        """Until when the lead is put off, by its newest answer; "" if it is not."""
        card = self._card
        day = card.answers[0].said.day_in(self._zone) if card.snoozed_until else None
        return "" if day is None else self._words["snoozed"].format(day=self._on(day))

    def _answer(self, answer: Answer) -> Told:
        said, day = answer.said, answer.said.day_in(self._zone)
        parts = [
            amount(answer.value, self._language) if answer.value is not None else "",
            reason_name(answer.reason, self._language) if answer.reason else "",
            "" if day is None else DETAILS[self._language]["until"].format(day=self._on(day)),
        ]
        return Told(
            at=self._moment(said.at),
            text=of_type(said.type, self._language),
            about=tuple((one,) for one in parts if one),
            note=short(answer.by) or self._words["server"],
        )

    # --- points -------------------------------------------------------------------------

    def _of_rule(self, one: Points) -> PointsInWords:
        if one.giver is Giver.RULE:
            title = short(one.title)
        elif one.giver is Giver.ADJUSTMENT:
            title = self._words["score_adjusted"]
        elif one.name:
            title = self._words["limit"].format(group=short(one.name))
        else:
            title = self._words["limit_total"]
        lines = [self._line(line, one.weight) for line in one.lines[:MOST_LINES]]
        if rest := one.lines[MOST_LINES:]:
            points = sum((line.line.points for line in rest), Decimal(0))
            count = self._ours.number(len(rest))
            more = self._words["more_lines"].format(count=count)
            lines.append(LineInWords("", (more,), self._points(points)))
        counted = CARD_COUNTED[self._language]["times"]
        times = self._ours.counted(counted, len(one.lines)) if len(one.lines) > 1 else ""
        return PointsInWords(title, self._points(one.points), times, tuple(lines))

    def _line(self, one: PointsLine, weight: int) -> LineInWords:
        line = one.line
        beside = []
        if weight != _WHOLE and line.decayed:
            percent = self._ours.percent(Decimal(weight) / _WHOLE)
            beside.append(f"{self._points(line.decayed)} × {percent}")
        if line.raw != line.decayed:
            beside.append(self._words["given"].format(points=self._points(line.raw)))
        if line.lost:
            beside.append(self._words["cut"].format(points=self._points(line.lost)))
        about = tuple(filter(None, (short(one.about), short(one.by))))
        return LineInWords(
            self._moment(line.at), about, self._points(line.points), ", ".join(beside)
        )

    def _ahead(self) -> tuple[str, ...]:
        """What changes, the first first: the temperature, and that a lead is put off no longer."""
        card, back = self._card, self._card.snoozed_until
        change = self._change()
        if back is None:
            return (change,)
        comes_back = self._words["back"].format(day=self._coming(back))
        is_first = card.next is None or back <= card.next.at
        return (comes_back, change) if is_first else (change, comes_back)

    def _change(self) -> str:
        comes, words = self._card.next, self._words
        now = self._temperature(self._card.lead.temperature.value)
        if comes is None:
            return words["stays"].format(temperature=now)
        if comes.temperature is None:
            name = "ends" if comes.is_sure else "at_least"
            return words[name].format(temperature=now, day=self._until(comes.at))
        told_so = words["change"].format(
            day=self._coming(comes.at),
            temperature=self._temperature(comes.temperature.value),
            points=self._counted("points", comes.total or 0),
        )
        return told_so[:1].upper() + told_so[1:]

    def _curve(self, curve: Curve) -> CurveInWords:
        words, number = self._words, self._ours.number
        first, last = curve.points[0], curve.points[-1]
        most = max(curve.points, key=lambda one: one.total)
        (now,) = [one for one in curve.points if one.at == curve.present]
        start, end = self._day(first.at), self._day(last.at)
        says = words["curve_says"].format(
            then=number(first.total),
            start=start,
            total=number(now.total),
            later=number(last.total),
            end=end,
        )
        if most.total > now.total:
            name = "was_highest" if most.at < curve.present else "will_be_highest"
            highest = words[name].format(most=number(most.total), at=self._day(most.at))
            says = f"{says} {highest}"
        levels = {
            name: "" if level is None else words[f"threshold_{name}"].format(points=number(level))
            for name, level in (("warm", curve.warm), ("hot", curve.hot))
        }
        return CurveInWords(
            title=words["curve"],
            says=says,
            start=start,
            now=words["now"],
            end=end,
            total=number(now.total),
            **levels,
        )

    # --- numbers and times --------------------------------------------------------------

    def _points(self, points: Decimal) -> str:
        return self._ours.number(points, _PLACES)

    def _counted(self, name: str, count: int) -> str:
        form = self._ours.plural(abs(count))
        return COUNTED[self._language][name][form].format(count=self._ours.number(count))

    def _temperature(self, name: str) -> str:
        return TEMPERATURES[self._language][name]

    def _moment(self, at: datetime | None) -> str:
        return "" if at is None else self._ours.moment(at, self._zone, self._now)

    def _day(self, at: datetime) -> str:
        return self._on(self._local(at))

    def _on(self, day: date) -> str:
        is_far = abs((day - self._local(self._now)).days) >= _FAR
        return self._ours.day_of_year(day) if is_far else self._ours.day(day)

    def _until(self, at: datetime) -> str:
        """A day to come, until which something stays; with its time if it is today or tomorrow."""
        days = (self._local(at) - self._local(self._now)).days
        return self._moment(at) if days in (0, 1) else self._day(at)

    def _coming(self, at: datetime) -> str:
        """A day to come within a sentence; with its time if it is today or tomorrow."""
        day, days = self._local(at), (self._local(at) - self._local(self._now)).days
        if days >= _WEEK:
            return self._words["on"].format(day=self._day(at))
        said = self._ours.coming_day(day, self._local(self._now), ON_DAYS[self._language])
        return f"{said}, {self._ours.time(at.astimezone(self._zone))}" if days in (0, 1) else said

    def _local(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()


def national(phone: str) -> str:
    """A number of E.164 as its country writes it; "" for none."""
    if not phone:
        return ""
    from hotlist.identity import phones  # noqa: PLC0415 - slow to import

    return phones.national(phone)
