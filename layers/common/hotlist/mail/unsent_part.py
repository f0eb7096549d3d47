"""The part of the digest that tells what was not mailed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self
from zoneinfo import ZoneInfo

from hotlist.mail.formats import formats
from hotlist.mail.texts import TEXTS
from hotlist.mail.wording import name_of, reached_by, short
from hotlist.sales.team import Recipient
from hotlist.sales.unsent import NONE, Count, HeldMessage, Unsent, total

_MAX_FORMS: Final = 20


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A message that was held, in one line for a reader."""

    at: str
    name: str
    contact: str
    said: str


@dataclass(frozen=True, slots=True)
class UnsentPart:
    """What was not mailed, rendered for one reader; texts are empty where there is nothing.

    `lines` show some of the messages, `others` are those that they do not show.
    """

    recipient: Recipient
    messages: str = ""
    lines: Sequence[HeldLine] = ()
    others: Count = NONE
    alerts: str = ""
    suspects: str = ""

    @property
    def more(self) -> str:
        """How many messages the lines do not show."""
        return _more(self.others, self.recipient) if self.others.number else ""

    @property
    def is_empty(self) -> bool:
        return not (self.messages or self.alerts or self.suspects)

    def cut(self, most: int) -> Self:
        """With so many lines at most; the others are counted."""
        left_out = len(self.lines) - most
        others = replace(self.others, number=self.others.number + left_out)
        return replace(self, lines=self.lines[:most], others=others)


def held_line(one: HeldMessage, recipient: Recipient) -> HeldLine:
    """A message that was held, as its reader sees it."""
    name = name_of(one.contact, TEXTS[recipient.language]["unknown"])
    at = formats(recipient.language).moment(one.received_at, ZoneInfo(recipient.timezone))
    return HeldLine(at, name, reached_by(one.contact, name), short(one.first_line))


def part(what: Unsent, lines: Sequence[HeldLine], recipient: Recipient) -> UnsentPart:
    """What was not mailed, as its reader sees it; `lines` are its messages."""
    words = TEXTS[recipient.language]

    def said(name: str, count: Count) -> str:
        return words[name].format(count=_counted(count, recipient)) if count.number else ""

    return UnsentPart(
        recipient,
        messages=said("unsent_messages", what.messages),
        lines=lines,
        others=Count(max(0, what.messages.number - len(lines)), what.messages.is_more),
        alerts=said("unsent_alerts", what.alerts),
        suspects=words["suspects"].format(forms=_forms(what, recipient)) if what.suspects else "",
    )


def _forms(what: Unsent, recipient: Recipient) -> str:
    """The forms with how many of each, those with the most first."""
    named, others = what.suspects[:_MAX_FORMS], what.suspects[_MAX_FORMS:]
    texts = [f"{short(form)}: {_counted(count, recipient)}" for form, count in named]
    if others:
        texts.append(_more(total(count for _, count in others), recipient))
    return ", ".join(texts)


def _more(count: Count, recipient: Recipient) -> str:
    return TEXTS[recipient.language]["more"].format(count=_counted(count, recipient))


def _counted(count: Count, recipient: Recipient) -> str:
    number = formats(recipient.language).number(count.number)
    more_than = TEXTS[recipient.language]["more_than"]
    return more_than.format(count=number) if count.is_more else number
