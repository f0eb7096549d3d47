"""The pictures of mails and pages in the documents: drawn by Chromium from what the code makes.

With HOTLIST_PICTURES=<folder> they are drawn into that folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import pytest

from browser import cards, mails
from browser.small_png import smaller
from card_views import ANNA, SALES
from hotlist.cards import list_page
from hotlist.cards.today import today, whose
from hotlist.events.answers import SalesAnswer
from hotlist.leads.lead import Listed, Temperature

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect

ROOT: Final = Path(__file__).parents[2]
MOST_OF_A_PICTURE: Final = 150_000
HOUR: Final = timedelta(hours=1)


class Picture(NamedTuple):
    """A page at a width, as far down as `end` says: a script that gives pixels, or a number."""

    html: Callable[[], str]
    width: int
    scheme: Literal["light", "dark"]
    end: str | int


def _digest() -> str:
    return mails.digest(5, "en", new=1, more=0).html


def _listed(place: int) -> Listed:
    """One of the leads that the pictures of mails have, as today's list reads it."""
    lead = mails.hot(place, "en").lead
    is_hot, answer = place < 5, None
    if place == 1:
        answer = SalesAnswer("1", "sales_meeting", mails.NOW - 2 * HOUR, "ben")
    return Listed(
        lead_id=lead.lead_id,
        contact=lead.contact,
        temperature=Temperature.HOT if is_hot else Temperature.WARM,
        stage=lead.stage,
        total=lead.total if is_hot else 40 - place,
        folded_at=mails.NOW,
        hot_since=mails.NOW - 30 * HOUR if is_hot else None,
        channel=lead.channel,
        owner="anna" if place % 2 else "ben",
        last_event_at=lead.last_event_at,
        may=lead.may,
        answer=answer,
    )


def _list() -> str:
    reader = replace(ANNA, language="en")
    found = [_listed(place) for place in (*range(5), 7, 8)]
    made = today(found, SALES, whose(SALES, reader, mails.NOW), mails.NOW)
    return list_page.list_page(made, reader, mails.NOW, lambda _: "/leads/x")


def _card() -> str:
    return cards.page("english", "en")


_WAITING: Final = """() => {
  const part = [...document.querySelectorAll(".part")]
    .find(one => one.textContent.includes("Hot without an answer"));
  const rules = part.querySelectorAll(".rule");
  return rules.length ? rules[0].getBoundingClientRect().top : part.getBoundingClientRect().bottom;
}"""
"""Up to the second of the leads that wait for an answer."""

_WHOLE_MAIL: Final = (
    """() => document.querySelector(".panel").getBoundingClientRect().bottom + 24"""
)
_WHOLE_PAGE: Final = "() => document.querySelector('main').getBoundingClientRect().bottom"

PICTURES: Final = {
    "digest.png": Picture(_digest, 600, "light", _WAITING),
    "digest-narrow.png": Picture(_digest, 320, "dark", _WAITING),
    "alert.png": Picture(lambda: mails.alert("en", 0).html, 600, "light", _WHOLE_MAIL),
    "card.png": Picture(_card, 1280, "light", 1_300),
    "card-narrow.png": Picture(_card, 360, "dark", 1_100),
    "list.png": Picture(_list, 1280, "light", _WHOLE_PAGE),
    "list-narrow.png": Picture(_list, 360, "dark", 1_100),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_documents_have_pictures(browser: Browser, name: str) -> None:
    folder, drawn = os.environ.get("HOTLIST_PICTURES"), PICTURES[name]
    with browser.new_context(color_scheme=drawn.scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        page.set_viewport_size({"width": drawn.width, "height": 900})
        page.set_content(drawn.html())
        end = drawn.end if isinstance(drawn.end, int) else int(page.evaluate(drawn.end))
        assert 400 < end < 2_500
        assert page.evaluate("document.documentElement.scrollHeight") >= end
        clip: FloatRect = {"x": 0, "y": 0, "width": drawn.width, "height": end}
        shot = page.screenshot(full_page=True, clip=clip)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).write_bytes(smaller(shot))


def test_the_pictures_are_shown_with_what_they_show() -> None:
    shown = {"README.md": ["digest.png", "digest-narrow.png"], "docs/sales.md": [*PICTURES]}
    for document, names in shown.items():
        text = (ROOT / document).read_text("utf-8")
        for name in names:
            file = ROOT / "docs/pictures" / name
            assert file.read_bytes().startswith(b"\x89PNG")
            assert file.stat().st_size < MOST_OF_A_PICTURE
            assert f"pictures/{name}" in text, document
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 200
