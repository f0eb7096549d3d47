"""The text of the secret with the link keys, as JSON. Pure.

`link_<number>` is a key; the number is its id. `link_keys_made` says when a rotation made which, by
id, and `link_keys_gone` has the check values of the newest keys that rotations have dropped. All
other names are somebody else's and stay as they are.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from hotlist.links.tokens import Key, derived

KEPT: Final = 3
"""How many keys a rotation leaves."""
SIGNS_AFTER: Final = timedelta(minutes=2)
"""How old a key is when it begins to sign: by then nobody who reads the secret is without it."""

_KEY: Final = re.compile(r"link_([1-9][0-9]{0,5})\Z")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}\Z")
_SHORTEST: Final = 32
_GONE: Final = 10
_MADE_AT, _GONE_CHECKS = "link_keys_made", "link_keys_gone"


class BadSecret(RuntimeError):
    """The secret has no usable link keys. It may pass: an operator can mend it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What the secret says. `keys` by number, from the oldest to the newest."""

    keys: Mapping[int, Key]
    made: Mapping[int, datetime]
    gone: Mapping[int, str]
    said: Mapping[str, Any]

    @classmethod
    def of(cls, text: str) -> Self:
        """:raises BadSecret: if it is no JSON object, or a key or what is said of one is wrong."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = None  # the error has the text, which nobody may see
        if not isinstance(said, dict):
            raise BadSecret("the secret of the links is no JSON object")
        found = {int(name[1]): value for key, value in said.items() if (name := _KEY.match(key))}
        for number, value in found.items():
            if not isinstance(value, str) or len(value) < _SHORTEST:
                raise BadSecret(f"link_{number} of the secret has less than {_SHORTEST} characters")
            if not _is_text(value):
                raise BadSecret(f"link_{number} of the secret has halves of characters")
        return cls(
            keys={number: Key(str(number), found[number].encode()) for number in sorted(found)},
            made={number: _instant(number, at) for number, at in _numbered(said, _MADE_AT)},
            gone=dict(_numbered(said, _GONE_CHECKS)),
            said=said,
        )

    def signing(self, now: datetime) -> Key:
        """The newest key, once it is old enough; until then the newest of the others.

        :raises BadSecret: if there is none.
        """
        if not self.keys:
            raise BadSecret("the secret has no link_<number>: run `hotlist keys rotate`")
        ready = [n for n in self.keys if n not in self.made or self.made[n] + SIGNS_AFTER <= now]
        return self.keys[max(ready or self.keys)]

    def lost(self, checks: Mapping[int, str]) -> list[int]:
        """Of keys with these check values, those that this secret has never had.

        The newest is one of them if the secret knows nothing of it: then it is another, or older.
        """
        known = {**self.gone, **{number: check_value(key) for number, key in self.keys.items()}}
        newest = max(checks, default=None)
        return [
            number
            for number, check in sorted(checks.items())
            if (known[number] != check if number in known else number == newest)
        ]

    def rotated(self, value: str, now: datetime) -> str:
        """The text of the secret with one more key, and of its older keys the newest."""
        number = max([*self.keys, *self.gone], default=0) + 1
        kept = [*self.keys, number][-KEPT:]
        dropped = {n: check_value(key) for n, key in self.keys.items() if n not in kept}
        checks = {**self.gone, **dropped}
        made = {**self.made, number: now}
        said = {name: one for name, one in self.said.items() if not _KEY.match(name)}
        said |= {f"link_{n}": self.said.get(f"link_{n}", value) for n in kept}
        said[_MADE_AT] = {str(n): made[n].isoformat() for n in kept if n in made}
        said[_GONE_CHECKS] = {str(n): checks[n] for n in sorted(checks)[-_GONE:]}
        return json.dumps(said)


def _is_text(value: str) -> bool:
    """Whether UTF-8 can hold it: JSON can write halves of characters."""
    return value.encode(errors="replace").decode() == value


def _numbered(said: Mapping[str, Any], name: str) -> Iterator[tuple[int, str]]:
    """What stands under a name, by the number of a key."""
    found = said.get(name, {})
    if not isinstance(found, dict):
        raise BadSecret(f"{name} of the secret is no JSON object; correct it, or leave it out")
    for number, value in found.items():
        if not _NUMBER.match(number) or not isinstance(value, str):
            raise BadSecret(
                f"{name} of the secret has something else than texts by the numbers of keys; "
                "correct it, or leave it out"
            )
        yield int(number), value


def _instant(number: int, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadSecret(
            f"{_MADE_AT} of the secret has no instant with its offset from UTC for link_{number}; "
            "write one as in 2026-12-10T11:00:00+00:00"
        )
    return at


def check_value(key: Key) -> str:
    """What tells a key from another, and opens nothing: 32 hexadecimal digits."""
    return derived(key.secret, "check value")[:16].hex()
