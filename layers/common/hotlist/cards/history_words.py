"""Tells the history of a lead in the language and time zone of its reader. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from hotlist.cards.episodes import VISIT, Episode
from hotlist.cards.history_texts import DETAILS, EVENTS, VISITS
from hotlist.events import visible
from hotlist.mail.formats import formats
from hotlist.mail.texts import TEXTS
from hotlist.mail.wording import short
from hotlist.sales.team import Recipient

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_MANY_HOURS: Final = timedelta(hours=48)
_DAY: Final = timedelta(days=1)
_MAX_TEXT: Final = 200
"""Characters of an answer. A history has 2,400 of them, and a function answers 6 MB at most."""

_MOST_VALUES: Final = 20
_DEEPEST: Final = 20
"""How many values of an answer are told, and how deep within lists they may stand."""

_POINTS: Final = 5
"""Decimal places of points at most, as in the lines of the score."""

_MOST_DIGITS: Final = 15
_LABELLED: Final = ("consents", "pending_consents")


Parts = tuple[tuple[str, ...], ...]
"""Texts of others. Each stands for itself: one from right to left must turn no other around.

Some belong closely together, as the pages of a visit do.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """An episode in words. `about` says more of it, and `note` that no person has done it.

    `answers` are pairs of a label and what was answered.
    """

    at: str
    text: str
    about: Parts = ()
    note: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    more: str = ""


def joined(parts: Parts) -> str:
    """The parts as one text, for what cannot set them apart."""
    return " · ".join(", ".join(one) for one in parts)


def told(episode: Episode, recipient: Recipient, now: datetime) -> Told:
    """An episode as its reader sees it. Days nearby are told as people say them."""
    words = DETAILS[recipient.language]
    ours = formats(recipient.language)
    notes = (
        words[episode.machine] if episode.machine else "",
        words["void"] if episode.is_void else "",
    )
    return Told(
        at=ours.moment(episode.at, ZoneInfo(recipient.timezone), now),
        text=_visited(episode, recipient) if episode.kind == VISIT else of_type(
            episode.kind, recipient.language
        ),
        about=tuple(_about(episode, recipient)),
        note=", ".join(filter(None, notes)),
        answers=tuple(_answers(episode, recipient)),
        more=words["more_answers"].format(count=ours.number(episode.more)) if episode.more else "",
    )  # fmt: skip


def of_type(event_type: str, language: str) -> str:
    """What an event of a type is called."""
    own = event_type.partition(":")[2].replace("_", " ").capitalize()
    return EVENTS[language].get(event_type) or short(own or event_type)


def purpose_name(purpose: str, language: str) -> str:
    """What a purpose of consent is called; those of the configuration as it calls them."""
    return DETAILS[language].get(f"purpose_{purpose}") or short(purpose)


def reason_name(reason: str, language: str) -> str:
    """Why sales has rejected a lead."""
    return DETAILS[language].get(f"reason_{reason}") or short(reason)


def amount(value: Any, language: str, currency: str = "", places: int = 2) -> str:
    """An amount of money: as its language writes it, or "" if nobody can have meant it."""
    if isinstance(value, int) and abs(value) >= 10**_MOST_DIGITS:
        return ""
    number = Decimal(str(value))
    if not number.is_finite() or abs(number.adjusted()) >= _MOST_DIGITS:
        return ""
    return f"{formats(language).number(number, places)} {short(currency)}".strip()


def _visited(episode: Episode, recipient: Recipient) -> str:
    language = recipient.language
    if not episode.page_count:
        return EVENTS[language][VISIT]
    ours, forms = formats(language), VISITS[language]
    took = episode.until - episode.at
    time = ""
    if took >= _MANY_HOURS:
        time = ours.counted(forms["days"], took // _DAY)
    elif took >= 2 * _HOUR:
        time = ours.counted(forms["hours"], took // _HOUR)
    elif took >= _MINUTE:
        time = ours.counted(forms["minutes"], took // _MINUTE)
    return ours.counted(forms["pages"], episode.page_count, time=time)


def _about(episode: Episode, recipient: Recipient) -> Iterable[tuple[str, ...]]:
    """What more is told of an episode, part by part."""
    if episode.kind == VISIT and (pages := _pages(episode, recipient.language)):
        yield pages
    yield from ((one,) for one in _details(episode, recipient) if one)


def _details(episode: Episode, recipient: Recipient) -> Iterable[str]:
    language = recipient.language
    words, ours = DETAILS[language], formats(language)
    texts, kind = episode.texts, episode.kind
    if kind == VISIT:
        for action, count in episode.also:
            times = f" ×{ours.number(count)}" if count > 1 else ""
            yield f"{of_type(action, language)}{times}"
    elif kind.startswith(("score_", "event_", "lead_")):
        yield from _by_hand(episode, recipient)
    elif kind.startswith("sales_"):
        yield words["by"].format(name=short(episode.by)) if episode.by else ""
        yield amount(episode.numbers["value"], language) if "value" in episode.numbers else ""
        yield reason_name(texts["reason"], language) if "reason" in texts else ""
        if day := _day(texts.get("day", "")):
            yield words["until"].format(day=ours.day_of_year(day))
    else:
        mail = texts.get("mail", "")
        yield short(texts.get("form", ""))
        yield (words.get(f"mail_{mail}") or short(mail)) if mail else ""
        yield short(texts.get("reward", ""))
        yield short(texts.get("to", ""))
        yield from (purpose_name(one, language) for one in _purposes(episode))
        yield words["everything"] if episode.is_all else ""
        if "value" in episode.numbers:
            yield amount(episode.numbers["value"], language, texts.get("currency", ""))
        yield short(texts.get("order_id", ""))
        yield short(texts.get("page_title") or texts.get("page_path", ""))


def _pages(episode: Episode, language: str) -> tuple[str, ...]:
    ours, words = formats(language), DETAILS[language]
    pages = [short(page) for page in episode.pages]
    left = episode.page_count - len(pages)
    if left:
        pages.append(words["more_pages"].format(count=ours.number(left)))
    return tuple(pages)


def _by_hand(episode: Episode, recipient: Recipient) -> Iterable[str]:
    """What operators have said."""
    language, texts = recipient.language, episode.texts
    words, ours = DETAILS[language], formats(language)
    if episode.kind == "score_adjusted":
        if "add" in episode.numbers:
            points = amount(episode.numbers["add"], language, places=_POINTS)
            yield f"+{points}" if episode.numbers["add"] > 0 and points else points
        if "set" in episode.numbers:
            points = amount(episode.numbers["set"], language, places=_POINTS)
            yield words["set_to"].format(points=points)
    for name, says in (("add", "is"), ("remove", "is_not")):
        flags = [words.get(f"flag_{flag}") or short(flag) for flag in episode.lists.get(name, ())]
        if flags and episode.kind == "event_reclassified":
            yield words[says].format(flags=", ".join(flags))
    yield short(texts.get("group", ""))
    yield short(texts.get("reason", ""))
    yield short(episode.by)
    author = texts.get("author", "")
    yield words["by"].format(name=short(author)) if author else ""
    yield ours.day_of_year(day) if (day := _day(texts.get("day", ""))) else ""


def _answers(episode: Episode, recipient: Recipient) -> Iterable[tuple[str, str]]:
    language = recipient.language
    for name, value in episode.answers:
        if answer := _answer(value, language):
            label = episode.labels.get(name) or name.replace("_", " ").capitalize()
            yield short(label), answer
    for name in _LABELLED:
        if given := episode.lists.get(name):
            named = ", ".join(purpose_name(one, language) for one in given)
            yield DETAILS[language][name], named


def _answer(value: object, language: str) -> str:
    """An answer of several lines keeps them; within each is nothing that cannot be seen."""
    said = ", ".join(islice(_leaves(value, language), _MOST_VALUES))
    lines = (visible.one_line(line) for line in said.splitlines())
    return short("\n".join(lines).strip(), _MAX_TEXT)


def _leaves(value: object, language: str, depth: int = 0) -> Iterator[str]:
    """The texts in a value: those of its parts, if it has any."""
    if isinstance(value, Mapping):
        value = [*value.values()]
    if isinstance(value, list):
        for one in value[:_MOST_VALUES] if depth < _DEEPEST else ():
            yield from _leaves(one, language, depth + 1)
    elif isinstance(value, bool):
        yield TEXTS[language]["yes" if value else "no"]
    elif value is not None and visible.trimmed(said := str(value)):
        yield said


def _purposes(episode: Episode) -> tuple[str, ...]:
    return episode.lists.get("purpose", ()) + episode.lists.get("purposes", ())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
