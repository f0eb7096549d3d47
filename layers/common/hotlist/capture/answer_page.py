"""The pages by which a salesperson answers: what is asked, what was noted, what is undone. Pure.

They look like those of other links and have their policy. Of a lead they show the name that the
link has. The template escapes it, and sets it apart from the words around it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from hotlist.capture import form_page, languages
from hotlist.capture.answer_events import REASONS, Days, Said, a_day
from hotlist.capture.answer_texts import ANSWER_TEXTS, DAYS, MONTHS, SIGNS
from hotlist.capture.context import one
from hotlist.capture.form_page import Visitor
from hotlist.capture.link_texts import LINK_TEXTS
from hotlist.events import visible
from hotlist.events.answers import DOINGS

_DEFAULT: Final = "en"
_MAX_NAME: Final = 80
_MAX_TYPED: Final = 100
_FIELDS: Final = {"value": "won", "reason": "rejected", "day": "snoozed"}
"""The answers by the fields that they have."""


class Asked(NamedTuple):
    """What a link holds: the name of its lead, and whether it is of a test mail.

    `at` is the instant of the page, which its forms send.
    """

    name: str
    is_test: bool = False
    at: str = ""


def ask(
    asked: Asked,
    days: Days,
    who: Visitor,
    *,
    first: str = "",
    fields: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """Asks what came of a lead. The answer `first` stands before the others.

    `fields` are those that were sent, and `errors` names the text of what is wrong by field.
    """
    words, said = _words(who), {name: one(fields or {}, name, _MAX_TYPED) for name in _FIELDS}
    told = {name: _fault(why, days, who) for name, why in (errors or {}).items()}
    first = next((_FIELDS[name] for name in told if name in _FIELDS), first)
    said["day"] = said["day"] or (days.first + timedelta(days=6)).isoformat()
    return _page(
        asked,
        who,
        words["ask_title"],
        fault=told.pop("do", words["wrong_title"] if told else ""),
        answers=sorted(DOINGS, key=lambda do: do != first),
        reasons=REASONS,
        typed={name: form_page.shown(value) for name, value in said.items()},
        errors=told,
        first=days.first.isoformat(),
        last=days.last.isoformat(),
        note=words["ask"],
    )


def noted(asked: Asked, said: Said, event_id: str, who: Visitor, *, is_last: bool = True) -> str:
    """Says what was noted, with the button that takes this answer back.

    Unless it `is_last`, its person has answered otherwise since.
    """
    words = _words(who)
    return _page(
        asked,
        who,
        words["noted_title"],
        paragraphs=[words["noted"]],
        quoted=_in_words(said, who),
        calendar=f"?ics={said.content['day']}" if "day" in said.content else "",
        undo=event_id,
        note="" if is_last else words["since"],
        again=True,
    )


def undone(asked: Asked, said: Said, who: Visitor) -> str:
    """Says that an answer is taken back."""
    words = _words(who)
    notes = ["undone_else", *(["undone_day"] if "day" in said.content else [])]
    return _page(
        asked,
        who,
        words["undone_title"],
        paragraphs=[words["undone"]],
        quoted=_in_words(said, who),
        note=" ".join(words[name] for name in notes),
        again=True,
    )


def full(asked: Asked, who: Visitor) -> str:
    """Says that no place of the day is left."""
    words = _words(who)
    return _page(asked, who, words["full_title"], paragraphs=[words["full"]])


def reminder(asked: Asked, who: Visitor) -> str:
    """What stands in a calendar on the day to which a lead is put off."""
    words = _words(who)
    return words["reminder"].replace("{name}", _name(asked, words))


def _in_words(said: Said, who: Visitor) -> str:
    """An answer as a page repeats it."""
    words, language, content = _words(who), _language(who), said.content
    answer = words[next(do for do, event_type in DOINGS.items() if event_type == said.type)]
    day = a_day(str(content.get("day", "")))
    if day is not None:
        return words["noted_until"].format(answer=answer, day=_day(day, language))
    if "value" in content:
        return words["noted_more"].format(answer=answer, more=_number(content["value"], language))
    if content.get("reason") in REASONS:
        return words["noted_more"].format(answer=answer, more=words[content["reason"]])
    return answer


def _fault(why: str, days: Days, who: Visitor) -> str:
    language = _language(who)
    ends = {"first": _day(days.first, language), "last": _day(days.last, language)}
    return _words(who)[why].format(**ends)


def _day(day: date, language: str) -> str:
    month = MONTHS[language].split()[day.month - 1]
    return DAYS[language].format(day=day.day, month=month, year=day.year)


def _number(value: float, language: str) -> str:
    """As it is stored, which `repr` writes as short as can be."""
    thousands, point = SIGNS[language]
    whole, _, rest = f"{Decimal(repr(value)):,f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", thousands) + (point + rest if rest else "")


def _name(asked: Asked, words: Mapping[str, str]) -> str:
    return visible.one_line(asked.name[:_MAX_NAME]) or words["nobody"]


def _words(who: Visitor) -> Mapping[str, str]:
    return ANSWER_TEXTS[_language(who)]


def _language(who: Visitor) -> str:
    known = {one: one for one in (_DEFAULT, *ANSWER_TEXTS)}
    return languages.best(known, who.languages)


def _page(asked: Asked, who: Visitor, title: str, **parts: Any) -> str:
    language, words = _language(who), _words(who)
    empty: dict[str, Any] = {
        "test": LINK_TEXTS[language]["test"] if asked.is_test else "",
        "fault": "",
        "paragraphs": (),
        "quoted": "",
        "calendar": "",
        "answers": (),
        "reasons": (),
        "typed": {},
        "errors": {},
        "first": "",
        "last": "",
        "undo": "",
        "note": "",
        "again": False,
    }
    template = form_page.templates().get_template("answer.html")
    return template.render(
        {**empty, **parts},
        title=title,
        name=_name(asked, words),
        asked=asked.at,
        words=words,
        language=language,
        style=form_page.style()[0],
    ).lstrip()
