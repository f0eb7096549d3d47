"""The card of a lead as a page and in a terminal: nobody breaks out, and each language has all."""

import hashlib
import re
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from string import Formatter
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browser import cards
from card_pages import Page, happened, page
from card_views import ANNA, NOON, card, random_lead, view_of
from hotlist.cards import card_texts, history_texts
from hotlist.cards.lead_page import CardLinks, lead_page, policy, style
from hotlist.events.vocabulary import TYPES, Route
from hotlist.mail.formats import formats
from hotlist_cli import lead_screen
from scoring import rules

LANGUAGES: Final = ("en", "pl", "de")
DAY: Final = timedelta(days=1)
KNOWN: Final = set(
    "html head meta title style body div main nav p a h1 h2 h3 section ul ol li dl dt dd b span br "
    "bdi "
    "details summary svg desc line path circle text".split()
)
ATTRIBUTES: Final = set(
    "lang charset name content class id dir href aria-label aria-labelledby role focusable viewbox "
    "preserveaspectratio width height overflow d vector-effect cx cy r x y x1 x2 y1 y2 dx dy "
    "text-anchor".split()
)


# --- nobody breaks out ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", cards.KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_the_tags_of_its_template_and_no_others(kind: str, language: str) -> None:
    html = cards.page(kind, language)
    found = Page(html)
    assert found.tags <= KNOWN
    assert found.attributes <= ATTRIBUTES
    assert re.search(r"<html lang=\"(..)\">", html)[1] == language  # type: ignore[index]
    assert {link.partition(":")[0] for link in found.links} <= {"tel", "mailto", "https", "?vcard"}
    assert html.startswith("<!doctype html>")


HOSTILE: Final = st.sampled_from(
    [
        "</svg><script>",
        "</style><b>",
        "{{7*7}}",
        "{0}{points}",
        "' onload=x ",
        '"><img src=x>',
        "]]>",
    ]
) | st.text(max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(LANGUAGES))
def test_no_text_of_a_lead_is_anything_but_text(data: st.DataObject, language: str) -> None:
    def said() -> str:
        return data.draw(HOSTILE)

    names = ("page_title", "page_path", "source", "campaign", "referrer", "form", "session_id")
    answers = {said() or "x": said(), "name": said(), "company": said(), "role": [said()]}
    events = [
        happened("form_submitted", 3, {**answers, **{n: said() for n in names}}, email=said()),
        happened("page_viewed", 2, {n: said() for n in names}, route=Route.BEACON),
        happened("sales_rejected", 1, {"by": said(), "reason": said()}, route=Route.LINK),
        happened("score_adjusted", 1, {"add": 5, "reason": said(), "author": said()}),
        happened("order_completed", 1, {"value": 3, "currency": said(), "order_id": said()}),
    ]
    ruleset = rules({"id": "v", "event": "page_viewed", "points": 3}, hot=5)
    html = page(card(view_of(events, ruleset, NOON), ruleset, NOON), language)
    found = Page(html)
    assert found.tags <= KNOWN
    assert found.attributes <= ATTRIBUTES


def test_a_terminal_gets_no_controls() -> None:
    evil = "\x1b[2J\x1b]0;x\x07[bold red]\u202e"
    said = {"name": evil, "company": evil, "form": evil, "note": evil}
    ruleset = rules(hot=5)
    of = card(view_of([happened("form_submitted", 1, said)], ruleset, NOON), ruleset, NOON)
    drawn = lead_screen.drawn(of, ANNA, NOON)
    assert all(c.isprintable() or c == "\n" for c in drawn)
    assert "[bold red]" in drawn


def test_the_policy_names_the_style_and_allows_nothing_else() -> None:
    css, digest = style()
    assert hashlib.sha256(css.encode()).digest() == b64decode(digest)
    assert f"style-src 'sha256-{digest}'" in policy()
    assert policy().startswith("default-src 'none'; ")
    assert f"<style>{css}</style>" in cards.page("rich", "en")
    assert re.search(r"url\(|@import", css) is None


# --- words ------------------------------------------------------------------------------------


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(
    "texts", [card_texts.CARD_TEXTS, history_texts.EVENTS, history_texts.DETAILS]
)
def test_each_language_has_every_text_with_the_same_gaps(texts: Any) -> None:
    assert tuple(texts) == LANGUAGES
    gaps = {name: placeholders(text) for name, text in texts["en"].items()}
    for language in LANGUAGES:
        assert {name: placeholders(text) for name, text in texts[language].items()} == gaps
        assert all(texts[language].values())


@pytest.mark.parametrize("texts", [card_texts.CARD_COUNTED, history_texts.VISITS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_number_has_its_form(texts: Any, language: str) -> None:
    assert texts[language].keys() == texts["en"].keys()
    wanted = {formats(language).plural(count) for count in range(200)}
    for forms in texts[language].values():
        assert set(forms) == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_type_of_event_is_called_something(language: str) -> None:
    assert history_texts.EVENTS[language].keys() - {"visit"} == TYPES


@pytest.mark.parametrize("seed", range(40))
def test_every_card_can_be_told_and_drawn(seed: int) -> None:
    view, ruleset, now = random_lead(seed)
    for language in LANGUAGES:
        reader = replace(ANNA, language=language, timezone="America/St_Johns")
        of = card(view, ruleset, now, reader)
        Page(lead_page(of, reader, CardLinks(), now))
        assert lead_screen.drawn(of, reader, now)
