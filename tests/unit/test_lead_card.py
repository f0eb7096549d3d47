"""A lead as a card: what is known of it is told, and what nobody knows is left out."""

import re
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from hotlist.leads.lead import Contact, May, Reason, Temperature
from hotlist.mail import digest_mail, render, texts, unsent_part
from hotlist.mail.formats import formats
from hotlist.mail.layout import Figure, Line, Section
from hotlist.mail.lead_card import lead_card
from hotlist.sales.gone import Gone, Why
from hotlist.sales.to_send import AlertNow
from letters_of_forms import ANNA, NOW, asked
from made_cards import HOSTILE, card, lead


def test_a_phone_is_written_as_its_country_does_and_called_by_its_whole_number() -> None:
    made = card()
    assert (
        '<a class="link" href="tel:+48600100200" style="color:#1d4ed8">600 100 200</a>' in made.html
    )
    assert "  600 100 200 (+48600100200)\n" in made.text


@pytest.mark.parametrize(
    ("reader", "of_lead", "subject"),
    [
        ("en", "", "Your%20interest%20in%20our%20offer"),
        ("de", "", "Ihr%20Interesse%20an%20unserem%20Angebot"),
        ("en", "de", "Ihr%20Interesse%20an%20unserem%20Angebot"),
        ("pl", "fr", "Pa%C5%84stwa%20zainteresowanie%20nasz%C4%85%20ofert%C4%85"),
    ],
)
def test_a_mail_to_a_lead_begins_with_a_subject(reader: str, of_lead: str, subject: str) -> None:
    made = card(reader, language=of_lead)
    assert f'href="mailto:lukasz%40example.org?subject={subject}"' in made.html


@pytest.mark.parametrize(
    ("may", "is_called", "is_mailed", "said"),
    [
        (May.UNKNOWN, False, False, "Not known at present whether it may be contacted"),
        (May.BOTH, True, True, "May be called and mailed"),
        (May.CALL, True, False, "May be called, not mailed"),
        (May.MAIL, False, True, "May be mailed, not called"),
        (May.NEITHER, False, False, "May be neither called nor mailed"),
    ],
)
def test_nobody_is_a_link_away_who_must_not_be_contacted(
    may: May, is_called: bool, is_mailed: bool, said: str
) -> None:
    made = card(told=lead(may=may))
    assert ("tel:" in made.html, "mailto:" in made.html) == (is_called, is_mailed)
    for part in (read(made.html), made.text):
        assert "600 100 200" in part  # it is told all the same
        assert "lukasz@example.org" in part
        told = [one for one in May if texts.TEXTS["en"][f"may_{one}"] in part]
        assert told == [may]
        assert said in part
    assert ('class="warn"' in made.html) is (may is not May.BOTH)


def test_what_is_known_beside_the_lead_is_told() -> None:
    at = {"pricing": NOW - timedelta(days=1), "other": NOW}
    made = card(change=-12, reasons_at=at, campaign="spring", owner="Ben Miller")
    assert "75 points, hot, -12 since your last list\n" in made.text
    assert "  +45  Pricing (yesterday, 6:30\xa0AM)\n" in made.text
    assert "  -3  Opened\n" in made.text
    assert "  Campaign: spring\n" in made.text
    assert "  Owner: Ben Miller\n" in made.text
    assert "  Last seen: yesterday, 6:30\xa0AM\n" in made.text
    for said in (
        "<b>-12</b>",
        "<b>+45</b> Pricing · yesterday",
        "Campaign: spring&nbsp;· ",
        "Ben Miller",
    ):
        assert said in made.html


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Turned hot in your quiet hours", "Cools on Tuesday unless something happens"]),
        ("pl", ["Stał się gorący w godzinach ciszy", "Ostygnie we wtorek, jeśli nic się nie"]),
        ("de", ["Wurde in Ihren Ruhezeiten heiß", "Kühlt am Dienstag ab, wenn nichts geschieht"]),
    ],
)
def test_what_comes_of_a_lead_stands_before_its_reasons(language: str, said: list[str]) -> None:
    made = card(language, was_quiet=True, waited=5, cools_at=NOW + timedelta(days=2))
    for note in said:
        for part in (made.text, made.html):
            assert part.index(note) < part.index("Pricing")
    assert formats(language).counted(texts.COUNTED[language]["waited"], 5) in made.text


@pytest.mark.parametrize(
    ("ahead", "said"), [(0, "today"), (1, "tomorrow"), (6, "on Saturday"), (7, "Apr 5")]
)
def test_a_day_to_come_is_told_as_people_say_it(ahead: int, said: str) -> None:
    day = NOW.date() + timedelta(days=ahead)  # NOW is a Sunday
    assert formats("en").coming_day(day, NOW.date(), texts.ON_DAYS["en"]) == said


def test_who_is_not_hot_is_hot_since_no_time() -> None:
    assert "Hot since" in card().text
    assert "Hot since" not in card(told=lead(temperature=Temperature.WARM)).text


@pytest.mark.parametrize("change", [None, 0])
def test_what_nobody_knows_is_left_out(change: int | None) -> None:
    made = card(change=change)
    assert not made.has_change
    for said in ("since your last list", "Campaign", "Owner", "()", ": ·", "None"):
        assert said not in made.text
        assert said not in made.html


@pytest.mark.parametrize(
    ("total", "said"),
    [
        (1, "1 point,"),
        (0, "0 points,"),
        (1240, "1,240 points,"),
        (-5, "-5 points,"),
        (-1, "-1 point,"),
    ],
)
def test_points_are_counted(total: int, said: str) -> None:
    assert said in card(told=lead(total=total)).text


@pytest.mark.parametrize("points", ["0", "0.4", "-0.49"])
def test_a_reason_of_no_points_is_none(points: str) -> None:
    faded = (Reason("faded", Decimal(points)), Reason("pricing", Decimal("0.5")))
    made = card(told=lead(reasons=faded))
    assert "Faded" not in made.text + made.html + made.reasons
    assert "  +1  Pricing\n" in made.text


def test_a_card_that_a_section_heads_has_a_lower_heading() -> None:
    reader = replace(ANNA, language="en")
    assert "<h3" in card().html
    alone = lead_card(lead(), reader, lambda rule, _: rule, level=2).html
    assert ("<h2" in alone, "<h3" in alone) == (True, False)


def read(html: str) -> str:
    """HTML as it reads and is copied: without what only parts texts."""
    return html.replace("<wbr>", "")


class _Texts(HTMLParser):
    """The texts between tags, without those of links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._links = 0
        self.feed(html[html.find("<body") :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._links += tag == "a"

    def handle_endtag(self, tag: str) -> None:
        self._links -= tag == "a"

    def handle_data(self, data: str) -> None:
        self.found += [data] if not self._links else []


LINKED = re.compile(r"[^\s]@\S|[^\s\d][.。．｡]\w|\d[.。．｡][^\W\d]|[a-z]:\S", re.IGNORECASE)
"""What programs make links of by themselves."""


@pytest.mark.parametrize(
    "text",
    [
        "example.com",
        "https://evil.example/login?a=b",
        "www.example.com/a",
        "Ada (ada@example.com)",
        "163.com",
        "1.2.example",
        "mailto:ada@example",
        "tel:+4860",
        "HTTPS://10.0.0.1/",
        "ada＠example。com",
        "żółć.example.pl, a.b",
    ],
)
def test_no_program_makes_a_link_of_what_others_have_written(text: str) -> None:
    reader = replace(ANNA, language="en")
    contact = Contact(text, text, "ada@example.org", "+48600100200")
    who = lead(contact=contact, may=May.NEITHER)
    made = card(told=who, campaign=text, owner="Ben")
    gone = digest_mail.gone_line(Gone(who, Why.COOLED, contact, may=May.CALL), reader)
    held = unsent_part.HeldLine("", text, text, text)
    unsent = unsent_part.UnsentPart(reader, messages="1", lines=[held])
    mails = (
        digest_mail.digest([made], 0, reader, NOW, [gone], unsent=unsent).mail,
        render.message(asked(name=text, message=f"Hi\n{text}"), {"message": text}, reader, who),
        render.alert(AlertNow(who, NOW), reader, lambda rule, _: rule),
    )
    for mail in mails:
        assert [one for one in _Texts(mail.html).found if LINKED.search(one)] == []
        assert escape(text) in read(mail.html)
        assert text in mail.text
    assert "ada@example.org" in read(made.html)


def test_numbers_and_times_are_not_parted() -> None:
    assert "<wbr>" not in card("de", told=lead(total=1_240, contact=Contact("Dr. Ada B."))).html


class _Elements(HTMLParser):
    """The elements of a text, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(f"{tag} {name}" for name, _ in attrs)}


@given(st.one_of(st.text(min_size=1, max_size=200), st.just(HOSTILE)))
def test_no_text_of_a_card_breaks_out(text: str) -> None:
    contact = Contact(text, text, text, text)
    at = {"pricing": NOW}
    for may in May:
        everything = card(told=lead(may=may), change=1, reasons_at=at, campaign="a", owner="a")
        allowed = _Elements(everything.html).found
        hostile = lead(contact=contact, channel=text, may=may)
        made = card(told=hostile, change=1, reasons_at=at, campaign=text, owner=text)
        assert _Elements(made.html).found <= allowed | {"wbr", "br"}
    assert "49" not in card(told=lead(contact=Contact("{{ 7*7 }}"))).html


def test_no_text_of_a_section_or_figure_breaks_out() -> None:
    figures = [Figure(HOSTILE, HOSTILE, HOSTILE, is_up=True)]
    line = Line(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    sections = [Section(HOSTILE, HOSTILE, [HOSTILE], [], [line], [HOSTILE], HOSTILE)]
    assert all(
        getattr(sections[0], one.name)
        for one in fields(Section)
        if one.name not in {"cards", "more", "hot"}
    )
    mail = digest_mail.digest([], 0, ANNA, NOW, figures=figures, sections=sections).mail
    assert "<img" not in mail.html
    assert mail.html.count("&lt;img") == 3 + 4 + 6
    assert mail.text.count(HOSTILE.split("\r", maxsplit=1)[0]) >= 3 + 4 + 4
