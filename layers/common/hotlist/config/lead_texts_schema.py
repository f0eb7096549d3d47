"""The texts that leads read in mails and calendars, and their languages. For the build."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema

from hotlist.config.field_schema import TEXT_SCHEMA, read_text
from hotlist.config.findings import Finding, Positions

MAIL_LANGUAGES: Final = ("en", "pl", "de")
"""The languages that mails have all of their own words in."""

MOST_OF_LINE: Final = 150
MOST_OF_TEXT: Final = 5_000
"""Characters."""

_FALLBACK: Final = "en"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}\Z")
_INSECURE: Final = re.compile(r"http://", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"\{+\s*[^\W\d][\w .]*\}+")
_CONTROL: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def checked_line(text: str) -> str:
    """A text in one line. :raises ValueError: if it is none."""
    if any(unicodedata.category(one) in _CONTROL for one in text):
        raise ValueError("this text has control characters or line breaks; write it in one line")
    return _sized(text, MOST_OF_LINE)


def checked_paragraphs(text: str) -> str:
    """A text in several lines. :raises ValueError: if it has other control characters."""
    if any(unicodedata.category(one) in _CONTROL and one not in "\n\t" for one in text):
        raise ValueError("this text has control characters; leave them out")
    return _sized(text, MOST_OF_TEXT)


def _sized(text: str, most: int) -> str:
    if not text.strip():
        raise ValueError("this text is empty; write one, or leave its keyword out")
    if len(text) > most:
        raise ValueError(f"this text has {len(text):,} characters; write at most {most:,}")
    if _INSECURE.search(text):
        raise ValueError("addresses in mails are https: write https:// instead of http://")
    if found := _PLACEHOLDER.search(text):
        raise ValueError(
            f"{found[0]!r} would be mailed as it stands: nothing that a visitor wrote is put into "
            "these texts; say it without it"
        )
    return text


def _read(given: object, *, is_line: bool) -> str | dict[str, str]:
    check = checked_line if is_line else checked_paragraphs
    text = read_text(given)
    if isinstance(text, str):
        return check(text)
    return {language: check(one) for language, one in text.items()}


Line = Annotated[Any, PlainValidator(partial(_read, is_line=True)), WithJsonSchema(TEXT_SCHEMA)]
"""A line, or one for each language."""

Paragraphs = Annotated[
    Any, PlainValidator(partial(_read, is_line=False)), WithJsonSchema(TEXT_SCHEMA)
]
"""A text of several lines, or one for each language."""


def languages_of(form: dict[str, Any]) -> list[str]:
    """The languages that a checked form has texts in, as they come."""
    texts = [form.get(name) for name in ("thanks", "closed", "redirect_url")]
    for field in form["fields"].values():
        texts += [field.get("label"), field.get("help")]
        options = field.get("options")
        texts += options.values() if isinstance(options, Mapping) else ()
    texts += [consent["text"] for consent in form["consents"].values()]
    texts += [holder[path[-1]] for path, holder, _ in mail_texts(form)]
    named = dict.fromkeys(one for text in texts if isinstance(text, Mapping) for one in text)
    return [one for one in named if _LANGUAGE.match(one)]


def mail_texts(form: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any], bool]]:
    """Where a form's texts for leads are: the path, and what has the text under its last part.

    The third is whether mails alone have it: the others stand on pages and in calendars, too.
    """
    kinds: list[tuple[str, ...]] = [("receipt",)]
    kinds += [("mail", kind) for kind in form.get("mail", ())]
    for path in kinds:
        holder: Any = form
        for part in path:
            holder = holder.get(part, {})
        for part in holder:
            yield (*path, part), holder, True
    if "title" in form:
        yield ("title",), form, False
    if "reward" in form:
        yield ("reward", "title"), form["reward"], False
        event = form["reward"].get("invitation", {})
        for part in ("summary", "place", "description"):
            if part in event:
                yield ("reward", "invitation", part), event, False


def wrong_languages(name: str, form: dict[str, Any], positions: Positions) -> Iterator[Finding]:
    """Texts for leads that lack a language of the form, or have one that no mail is in."""
    spoken = {*languages_of(form)}
    for path, holder, is_of_mails in mail_texts(form):
        text = holder[path[-1]]
        wanted = spoken & {*MAIL_LANGUAGES} if is_of_mails else spoken
        there = set(text) if isinstance(text, Mapping) else wanted if len(wanted) < 2 else set()
        if missing := sorted(wanted - there):
            message = (
                f"the form has texts in {', '.join(sorted(wanted))}; write this one in "
                f"{', '.join(missing)} too, as in {{{', '.join(f'{one}: …' for one in missing)}}}"
            )
            yield positions.finding((name, *path), message, "language")
        unknown = sorted(there - {*MAIL_LANGUAGES}) if is_of_mails else []
        if unknown:
            message = (
                f"mails are in {', '.join(MAIL_LANGUAGES)}, and nobody gets one in "
                f"{', '.join(unknown)}; leave it out"
            )
            yield positions.finding((name, *path), message, "language")


def give_languages(form: dict[str, Any]) -> None:
    """Make a map of language to text of each text for leads that is written without a language.

    `languages` says which of the languages of mails the form speaks; without it nobody knows.
    """
    spoken = languages_of(form)
    if any(mail_texts(form)) and (known := [one for one in spoken if one in MAIL_LANGUAGES]):
        form["languages"] = known
    for path, holder, _ in mail_texts(form):
        if isinstance(holder[path[-1]], str):
            holder[path[-1]] = {(spoken or [_FALLBACK])[0]: holder[path[-1]]}
