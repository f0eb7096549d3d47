"""Finds the links of a mail, and follows one as whoever reads it does: it presses a button."""

import html
import re
from email.message import EmailMessage
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from hotlist_cli.local.mailserver import part

CONFIRM: Final = "confirm"
REWARD: Final = "d"
UNSUBSCRIBE: Final = "unsubscribe"
"""What links do, as their paths begin."""

_OF_A_LEAD: Final = re.compile(
    r"(?P<answer>https?://\S+/answers/[\w-]+)\s.*?(?P<card>https?://\S+/leads/[\w-]+)", re.DOTALL
)
_HIDDEN: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_HEADING: Final = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_BUTTON: Final = re.compile(r'<button name="(\w+)" value="(\w+)"[^>]*>')
_PATIENCE: Final = 60.0


class Given(NamedTuple):
    """What a button led to. `name` is that of a file to save; a page has none."""

    name: str | None
    body: bytes

    @property
    def title(self) -> str:
        """The heading of a page."""
        found = _HEADING.search(self.body.decode(errors="replace"))
        return html.unescape(found[1]) if found else ""


class LeadLinks(NamedTuple):
    """The links of one lead in a mail to sales."""

    answer: str
    card: str


def leads_in(mime: EmailMessage) -> list[LeadLinks]:
    """The links of each lead that a mail to sales shows in full, in their order."""
    return [LeadLinks(*found) for found in _OF_A_LEAD.findall(part(mime, "plain") or "")]


def links_in(mime: EmailMessage, route: str) -> list[str]:
    """The links of a mail's text that do this."""
    lines = (part(mime, "plain") or "").splitlines()
    return [line for line in lines if re.fullmatch(rf"https?://\S+/{route}/[\w-]+", line)]


def pressed(link: str, agent: str) -> Given:
    """What the first button gives on the page of a link.

    :raises OSError: if an answer is an error, or none comes.
    :raises ValueError: if the page has no button.
    """
    page = _asked(link, None, agent).body.decode()
    button = _BUTTON.search(page)
    if button is None:
        raise ValueError(f"the page has no button: {link}")
    fields = {**dict(_HIDDEN.findall(page)), button[1]: button[2]}
    return _asked(link, urlencode(fields).encode(), agent)


def _asked(link: str, body: bytes | None, agent: str) -> Given:
    request = Request(link, body, {"User-Agent": agent})  # noqa: S310 - `links_in` takes http alone
    with urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
        headers: Any = answer.headers
        return Given(headers.get_filename(), answer.read())
