"""What a page says of itself and the visit, with a form as with an action. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from hotlist.capture import answers, paths
from hotlist.events import sizes, times, visible

MAX_CONTEXT: Final = 2_000
MAX_KEY: Final = 100
MAX_AGENT: Final = 512
"""How much of a user agent is scored."""

NAMES: Final = (
    "page_url page_title session_id language source medium campaign term content gclid gbraid "
    "wbraid fbclid msclkid ttclid li_fat_id referrer landing_page"
).split()
"""What the page may say of itself and the visit, beside the form's own fields."""

BY_IMPORTANCE: Final = (
    "language session_id gclid gbraid wbraid fbclid msclkid ttclid li_fat_id source medium "
    "campaign term content page_url page_path user_agent referrer landing_page page_title origin"
).split()
"""The context, most important first: what the room of an event ends with is shortened."""

_READABLE: Final[Mapping[str, Callable[[str], str]]] = {
    "page_title": paths.composed,
    "referrer": paths.readable_url,
    "landing_page": paths.readable_url,
    **dict.fromkeys(("source", "medium", "campaign", "term", "content"), paths.campaign),
}
"""How some of it is made into what people write; the rest stays as it was sent."""


class Received(NamedTuple):
    """What is known of a request beside its fields. `files` are names of files by field."""

    at: datetime
    user_agent: str = ""
    accept_language: str = ""
    origin: str | None = None
    files: Mapping[str, str] = {}
    address: str = ""
    is_test: bool = False


class BadFields(Exception):
    """A submission or action that is not taken: the reason by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in errors.items()))
        self.errors = errors


def context(raw: Mapping[str, Any], received: Received) -> dict[str, Any]:
    """The properties that say where and how it happened; `page_path` follows from `page_url`."""
    found: dict[str, Any] = {}
    for name in NAMES:
        if name in raw and (value := one(raw, name)):
            if name in _READABLE:
                value = plain_text(_READABLE[name](value), MAX_CONTEXT)
            if value := visible.trimmed(value):
                found[name] = value
    url = found.get("page_url")
    if url:
        try:
            found["page_path"] = plain_text(paths.page_path(url), MAX_CONTEXT)
        except ValueError:
            del found["page_url"]
    if language := _language(found.pop("language", ""), received.accept_language):
        found["language"] = language
    if received.user_agent:
        found["user_agent"] = plain_text(received.user_agent, MAX_CONTEXT)[:MAX_AGENT]
    if received.origin is not None:
        found["origin"] = plain_text(received.origin, 256)
    return found


def of_kiosk(found: Mapping[str, Any]) -> dict[str, Any]:
    """The context without what tells one browser, or one click in it, from all others.

    The device of many people would lend its own to each of them. Addresses lose their queries,
    which may have the same in them.
    """
    own = "session_id gclid gbraid wbraid fbclid msclkid ttclid li_fat_id".split()
    kept = {name: value for name, value in found.items() if name not in own}
    for name in kept.keys() & {"page_url", "landing_page", "referrer"}:
        kept[name] = kept[name].partition("?")[0].partition("#")[0]
    return kept


def shortened(found: Mapping[str, Any], said: Mapping[str, Any], room: int) -> dict[str, Any]:
    """The properties that a context and what was `said` beside it make, in so many bytes of JSON.

    What was said is kept as it is. Of the context, each value gets what the more important ones
    have left.
    """
    whole = {**found, **said}
    if sizes.surely_fits(whole, room) or sizes.most_bytes(whole) <= room:
        return whole
    pairs = (sizes.most_bytes(one) + sizes.most_bytes(said[one]) + len(":,") for one in said)
    room -= sum(pairs, start=len("{}"))
    kept: dict[str, Any] = {}
    for name in BY_IMPORTANCE:
        value = found.get(name, "")
        if name == "page_path" and kept.get("page_url") != found.get("page_url"):
            value = _path_of(kept.get("page_url", ""))
        left = room - len(name) - 4  # two quotes, a colon and a comma
        if value := visible.trimmed(sizes.cut(value, left)):
            kept[name] = value
            room = left - sizes.most_bytes(value)
    return {**kept, **said}


def _path_of(url: str) -> str:
    """The path of an address that was shortened; "" if it is none any more."""
    try:
        return paths.page_path(url) if url else ""
    except ValueError:
        return ""


def rest_of_agent(received: Received, properties: Mapping[str, Any]) -> str:
    """What is left of a user agent beside what the properties have of it."""
    if received.user_agent == properties.get("user_agent", ""):
        return ""
    agent = plain_text(received.user_agent, MAX_CONTEXT)
    return agent[len(properties.get("user_agent", "")) :]


def one(raw: Mapping[str, Any], name: str, most: int = MAX_CONTEXT) -> str:
    """The text under a name beside the fields: of several the last that is not empty.

    A number is one too: a plain form sends it as a text.
    """
    value = raw.get(name)
    if value is None:
        return ""
    if isinstance(value, list):
        value = answers.combined("text", value)
    if not isinstance(value, str | bool | dict):
        value = answers.as_text(value)
    return plain_text(value, most)


def plain_text(value: object, most: int) -> str:
    """The text, cut, without what UTF-8 cannot write (halves of characters); "" for no text."""
    if not isinstance(value, str):
        return ""
    text = value[:most]
    return text if text.isascii() else text.encode("utf-8", "ignore").decode()


def instant(value: object) -> datetime | None:
    """The instant of an ISO 8601 text; None for anything else."""
    if not value or not isinstance(value, str):
        return None
    try:
        return times.from_text(value)
    except (ValueError, OverflowError):
        return None


def _language(said: str, accepted: str) -> str:
    """The language that is read best, as answers choose theirs; "" if none is named.

    Most browsers list theirs in order, as `pl-PL,pl;q=0.9`.
    """
    if not said and not accepted:
        return ""
    first = (said or accepted).partition(",")[0]
    language = first.partition("-")[0]
    is_usual = language.isalpha() and language.isascii() and language.islower()
    if is_usual and 2 <= len(language) <= 3 and ";" not in first:
        return language
    from hotlist.capture import languages  # noqa: PLC0415 - for what few browsers send

    return next(iter(languages.wanted(said, accepted)), "")
