"""The pages of links: each language has all texts, and what is shown is escaped."""

import re

import pytest

from hotlist.capture import form_page, link_page
from hotlist.capture.link_page import Choice
from hotlist.capture.link_texts import LINK_TEXTS
from hotlist.links.tokens import Purpose

EVIL = '"><script>alert(1)</script>'
WHO = form_page.Visitor(("pl",))


def test_every_language_has_all_texts() -> None:
    for language, words in LINK_TEXTS.items():
        assert words.keys() == LINK_TEXTS["en"].keys(), language
        assert all(word.strip() for word in words.values())
        assert "{" not in "".join(words.values())


def test_every_kind_of_link_says_what_to_do_when_it_has_expired() -> None:
    for purpose in Purpose:
        assert len(link_page.reason(f"expired_{purpose.value}")) > 30
        assert "<h1>Ten link wygasł</h1>" in link_page.told(f"expired_{purpose.value}", WHO)
    for kind in ("confirm", "unsubscribe", "d", "o", "c"):
        assert len(link_page.reason(f"gone_{kind}")) > 30


@pytest.mark.parametrize(
    "page",
    [
        link_page.confirm(EVIL, EVIL, WHO),
        link_page.confirmed(EVIL, WHO),
        link_page.unsubscribe([Choice("email", EVIL)], EVIL, WHO, is_empty=True),
        link_page.ended("some", [EVIL], WHO),
        link_page.reward(EVIL, EVIL, WHO),
    ],
)
def test_nothing_is_shown_as_it_is_written(page: str) -> None:
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert '<html lang="pl">' in page


def test_each_box_has_its_label_and_each_button_its_value() -> None:
    page = link_page.unsubscribe([Choice("email", "A"), Choice("phone", "B")], "1", WHO)
    assert re.findall(r'id="(p-\w+)"', page) == re.findall(r'<label for="(p-\w+)"', page)
    assert re.findall(r'name="do" value="(\w+)"', page) == ["some", "all", "object"]
    alone = link_page.unsubscribe([], "1", WHO)
    assert re.findall(r'name="do" value="(\w+)"', alone) == ["all", "object"]


def test_an_unknown_language_is_answered_in_english() -> None:
    page = link_page.told("bad", form_page.Visitor(("cs", "sk")))
    assert '<html lang="en">' in page
    assert "<h1>This link does not work</h1>" in page
