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
    for kind in ("confirm", "unsubscribe", "d", "o", "c", "answers"):
        assert len(link_page.reason(f"gone_{kind}")) > 30


@pytest.mark.parametrize(
    "page",
    [
        link_page.confirm(EVIL, EVIL, WHO),
        link_page.confirmed(EVIL, WHO),
        link_page.unsubscribe([Choice("email", EVIL)], EVIL, WHO, is_empty=True),
        link_page.ended("some", [EVIL], WHO),
        link_page.reward(EVIL, EVIL, WHO),
        link_page.digest(EVIL, EVIL, WHO),
        link_page.digest_is(link_page.STOP, EVIL, EVIL, WHO),
        link_page.digest_is(link_page.RESUME, EVIL, EVIL, WHO),
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


def test_a_text_of_another_language_says_so() -> None:
    german = form_page.Visitor(("de",))
    text = german.of({"pl": "Zgoda", "en": "Consent"})
    own = german.of({"de": "Ja"})
    pages = [
        link_page.confirm(text, "1", german),
        link_page.confirmed(text, german),
        link_page.ended("some", [text], german),
        link_page.reward(text, "1", german),
    ]
    assert all('<blockquote lang="pl">Zgoda</blockquote>' in page for page in pages)
    boxes = link_page.unsubscribe([Choice("email", text), Choice("phone", own)], "1", german)
    assert '<label for="p-email" lang="pl">Zgoda</label>' in boxes
    assert '<label for="p-phone">Ja</label>' in boxes


def test_the_boxes_stand_under_a_heading_and_name_what_is_wrong() -> None:
    choices = [Choice("email", "A"), Choice("phone", "B")]
    page = link_page.unsubscribe(choices, "1", WHO)
    assert "<legend>Zgody</legend>" in page
    assert "aria-describedby" not in page
    page = link_page.unsubscribe(choices, "1", WHO, is_empty=True)
    assert page.count('aria-describedby="fault" aria-invalid="true"') == 2
    assert '<p class="fault" id="fault" role="alert">Nic nie jest jeszcze zaznaczone.</p>' in page
    assert "<fieldset" not in link_page.unsubscribe([], "1", WHO)


def test_what_has_ended_is_said_of_both() -> None:
    page = link_page.ended("object", ["Call me"], WHO)
    assert "Nie jesteś już profilowana" in page
    assert "Wycofane zgody:" in page
    assert "<blockquote>Call me</blockquote>" in page
    assert "Wycofane" not in link_page.ended("object", [], WHO)


def test_an_expired_link_of_a_page_speaks_of_the_form_and_not_of_a_mail() -> None:
    words = link_page.reason("expired_download")
    assert words == link_page.reason("expired_reward") != link_page.reason("expired_opened")
