"""Cards as pages, and what stands in them."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any, Final

from browser import cards
from card_views import ANNA, NOON
from hotlist.cards.lead_page import CardLinks, lead_page
from hotlist.events.event import Event

VOID: Final = {"meta", "link", "img", "input", "br", "hr"}


class Page(HTMLParser):
    """The tags, attributes and links of a page; every tag is closed in its place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text.append(data)


def page(of: Any, language: str = "en", links: CardLinks = cards.LINKS) -> str:
    return lead_page(of, replace(ANNA, language=language), links, NOON)


def shown(html: str) -> str:
    return " ".join("".join(Page(html).text).split())


def happened(kind: str, days: float, said: dict[str, Any], **more: Any) -> Event:
    """Something that says this, so many days before noon, of a lead of which nothing else is."""
    at = NOON - timedelta(days=days)
    fields: dict[str, Any] = {
        "event_id": f"{kind} {days}",
        "type": kind,
        "occurred_at": at,
        "received_at": at,
        "properties": said,
        "subject": "email:1",
    }
    return Event(**(fields | more))
