"""The fields of a JSON object, each checked, and all that is wrong in them at once."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from hotlist.config.findings import nearest
from hotlist.events.times import from_text
from hotlist.events.vocabulary import FLAGS
from hotlist_cli.rules.json_lines import BadLine

_INSTANT: Final = re.compile(r"[0-9W-]+[Tt ][0-9:.,]+(?:[Zz]|[+-][0-9:.]+)\Z", re.ASCII)
_NOWHEN: Final = datetime.min.replace(tzinfo=UTC)


class Fields:
    """Reads fields; what is wrong is kept until `finish`, and something harmless returned."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._reasons: list[str] = []

    def wrong(self, reason: str) -> None:
        self._reasons.append(reason)

    def finish(self, known: Collection[str]) -> None:
        """Refuse keys that are not known. :raises BadLine: with everything that is wrong."""
        for name in self._given:
            if name not in known:
                hint = meant(name, {*known, "facts"}) or f"there are {', '.join(sorted(known))}"
                self.wrong(f"there is no key {shown(name)} here; {hint}")
        if self._reasons:
            raise BadLine(*self._reasons)

    def text(self, name: str) -> str:
        value = self._given.get(name)
        if isinstance(value, str) and value.strip():
            return value
        is_there = name in self._given
        what = f"`{name}` is {shown(value)}" if is_there else f"`{name}` is missing"
        self.wrong(f"{what}; write a text that is not empty")
        return ""

    def instant(self, name: str, *, needed: bool = True) -> Any:
        """An instant; None if it is not needed and there is none."""
        value = self._given.get(name)
        if value is None and not needed:
            return None
        if value is None and name not in self._given:
            self.wrong(f"`{name}` is missing; {_AN_INSTANT}")
            return _NOWHEN
        try:
            return instant(value)
        except ValueError as error:
            self.wrong(f"`{name}`: {error}")
            return _NOWHEN

    def object(self, name: str, example: str) -> dict[str, Any]:
        """An object; an empty one if there is none."""
        value = self._given.get(name, {})
        if isinstance(value, dict):
            return value
        self.wrong(f"`{name}` is {shown(value)}; write an object, as in {example}")
        return {}

    def flags(self, name: str) -> frozenset[str]:
        value = self._given.get(name, [])
        if isinstance(value, list) and all(isinstance(flag, str) for flag in value):
            unknown = [flag for flag in value if flag not in FLAGS]
            if not unknown:
                return frozenset(value)
            value = unknown[0]
        self.wrong(f"`{name}`: {shown(value)} is none; write a list of bot, spam, internal")
        return frozenset()


_AN_INSTANT: Final = "write one with its offset, as in 2026-03-28T12:00:00+01:00"


def instant(value: object) -> datetime:
    """The instant of an ISO 8601 text with an offset. ValueError with what to write instead."""
    try:
        is_one = isinstance(value, str) and _INSTANT.match(value)
        return from_text(str(value).upper() if is_one else "")
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{shown(value)} is no instant; {_AN_INSTANT}") from error


def meant(name: str, known: Collection[str]) -> str | None:
    """`did you mean 'page_viewed'?`, if one is near."""
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near else None


def shown(value: object) -> str:
    """A value as a message names it, without its possibly endless content."""
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
