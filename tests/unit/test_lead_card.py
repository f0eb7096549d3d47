"""A lead as a card: what is known of it is told, and what nobody knows is left out."""

import re
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from hotlist.events.answers import ANSWERS, SNOOZED, SalesAnswer
from hotlist.leads.lead import Alerting, Contact, Lead, May, Reason, Stage, Temperature
from hotlist.links.tokens import Key
from hotlist.mail import digest_mail, render, texts, unsent_part
from hotlist.mail.formats import formats
from hotlist.mail.layout import Card, Figure, Line, Section
from hotlist.mail.lead_card import DOINGS, Details, LeadLinks, lead_card
from hotlist.sales.compose import MOST_WITH_BUTTONS, MOST_WITH_LINKS
from hotlist.sales.gone import Gone, Why
from hotlist.sales.reader_links import MailLinks
from hotlist.sales.to_send import AlertNow
from letters_of_forms import ANNA, NOW, asked

HOSTILE = "<img src=x onerror=alert(1)>{{ 7*7 }}{0.__class__}\r\n\"'&"
LANGUAGES = ("en", "pl", "de")


def lead(**changes: Any) -> Lead:
    fields: dict[str, Any] = {
        "lead_id": "email:1",
        "folded_at": NOW,
        "expires_at": NOW,
        "temperature": Temperature.HOT,
        "stage": Stage.INTENT,
        "total": 75,
        "contact": Contact("Łukasz Żak", "Śruby & Synowie", "lukasz@example.org", "+48600100200"),
        "reasons": (Reason("pricing", Decimal("44.5")), Reason("opened", Decimal(-3))),
        "channel": "paid_search",
        "last_event_at": NOW - timedelta(days=1),
        "alerting": Alerting(armed=False, hot_since=NOW),
        "may": May.BOTH,
    }
    return Lead(**(fields | changes))


def card(language: str = "en", /, told: Lead | None = None, **beside: Any) -> Card:
    to = replace(ANNA, language=language)
    known = Details(**beside)
    return lead_card(told or lead(), to, lambda rule, _: rule.title(), now=NOW, details=known)


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_fifty_leads_of_whom_all_is_known_fit_into_one_mail(language: str) -> None:
    reader = replace(ANNA, language=language)
    at = {"pricing": NOW, "opened": NOW, "size": NOW}
    reasons = tuple(Reason(rule, Decimal(20)) for rule in at)
    cards = [
        card(
            language,
            told=lead(total=100 - number, reasons=reasons, may=May.MAIL),
            change=12,
            reasons_at=at,
            campaign="spring-2026",
            owner="Anna Kowalska",
        )
        for number in range(50)
    ]
    made = digest_mail.digest(cards, 0, reader, NOW)
    assert made.cards == 50
    assert len(made.mail.html.encode()) <= 82_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_begins_with_its_best_leads_in_the_preview(language: str) -> None:
    reader = replace(ANNA, language=language)
    cards = [
        card(language, told=lead(total=1240)),
        card(language, told=lead(contact=Contact("Ada"))),
    ]
    html = digest_mail.digest(cards, 0, reader, NOW).mail.html
    grouped = {"en": "1,240", "pl": "1\xa0240", "de": "1.240"}[language]
    body = html.partition("<body")[2].partition(">")[2]
    hidden, _, rest = body.partition("</div>")
    assert hidden.endswith("\u200c")
    assert f">Łukasz Żak ({grouped}), Ada (75)" in hidden
    assert f'lang="{language}"' in rest


def test_the_signed_number_is_explained_where_there_is_one() -> None:
    explained = texts.TEXTS["en"]["changes"]
    reader = replace(ANNA, language="en")
    for change, is_explained in ((3, True), (None, False)):
        mail = digest_mail.digest([card(change=change)], 0, reader, NOW).mail
        assert (explained in mail.html) is is_explained
        assert explained not in mail.text


def test_a_message_is_answered_by_its_subject_and_tells_what_is_known() -> None:
    reader = replace(ANNA, language="en")
    known, who = Details(owner="Ben Miller"), lead(may=May.MAIL)
    mail = render.message(asked(message="Hi"), {"message": "Text"}, reader, who, details=known)
    assert "?subject=Your%20message" in mail.html
    assert "tel:" not in mail.html
    for said in ("May be mailed, not called", "Owner: Ben Miller"):
        assert said in mail.html
        assert said in mail.text
    assert "75 points, hot\n" in mail.text
    assert mail.reply_to == "ada@example.org"


@pytest.mark.parametrize("may", [May.CALL, May.NEITHER])
def test_an_answer_goes_to_nobody_who_must_not_be_mailed(may: May) -> None:
    reader, who = replace(ANNA, language="en"), lead(may=may)
    for mail in (
        render.message(asked(message="Hi"), {"message": "Text"}, reader, who),
        render.alert(AlertNow(who, NOW), reader, lambda rule, _: rule),
    ):
        assert mail.reply_to is None
        assert "mailto:" not in mail.html
        assert texts.TEXTS["en"]["footer_message"] not in mail.text


LINKS = LeadLinks("https://api.example.com/leads/c", "https://api.example.com/answers/a")


def test_each_answer_has_a_button_or_all_have_one_link() -> None:
    made = card(links=LINKS)
    found = re.findall(r'class="act" href="([^"]*)"', made.html)
    assert found == [f"{LINKS.answer}?do={do}" for do in DOINGS]
    assert f'href="{LINKS.card}"' in made.html
    one = card(links=LINKS, has_buttons=False)
    assert re.findall(r'class="act" href="([^"]*)"', one.html) == [LINKS.answer]
    for text in (made.text, one.text):
        assert f"  Answer: {LINKS.answer}\n" in text
        assert f"  Card: {LINKS.card}\n" in text
    assert "act" not in re.findall(r'class="(\w+)"', card().html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_sales_said_stands_on_the_card(language: str) -> None:
    for said in sorted(ANSWERS):
        until = NOW + timedelta(days=3) if said == SNOOZED else None
        answer = SalesAnswer("1", said, NOW, "ben", until)
        made = card(language, told=lead(answer=answer), answered_by="Ben Miller")
        assert "Ben Miller" in made.text
    back = SalesAnswer("1", SNOOZED, NOW - timedelta(days=3), "ben", NOW)
    assert texts.TEXTS[language]["is_back"] in card(language, told=lead(answer=back)).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [MOST_WITH_BUTTONS, MOST_WITH_LINKS])
def test_a_digest_has_room_for_its_links(language: str, count: int) -> None:
    reader = replace(ANNA, language=language)
    url = "https://abcdefghij.execute-api.eu-central-1.amazonaws.com"
    links = MailLinks(reader, Key("12", b"k" * 64), NOW.date(), url)
    at = {"pricing": NOW, "opened": NOW, "size": NOW}
    reasons = tuple(Reason(rule, Decimal(20)) for rule in at)
    cards = [
        card(
            language,
            told=lead(reasons=reasons, may=May.MAIL, lead_id=f"email:{number:036}"),
            change=12,
            reasons_at=at,
            campaign="spring-2026",
            owner="Anna Kowalska",
            links=links.of_lead(f"email:{number:036}", "Łukasz Żak"),
            has_buttons=count <= MOST_WITH_BUTTONS,
        )
        for number in range(count)
    ]
    made = digest_mail.digest(cards, 0, reader, NOW, stop=links.stop, today=links.today)
    assert made.cards == count
    assert len(made.mail.html.encode()) <= 75_000
    assert f'href="{links.today}"' in made.mail.html


def test_a_digest_reads_well_as_text() -> None:
    reader = replace(ANNA, language="en")
    made = card("en", change=12, reasons_at={"pricing": NOW}, owner="Ben Miller")
    figures = [Figure("e-mail", "17", "+12%", is_up=True), Figure("referral", "9")]
    sections = [Section("Cooling", "1", lines=[Line("Ada", "ada@example.org", said="Thursday")])]
    mail = digest_mail.digest([made], 7, reader, NOW, figures=figures, sections=sections).mail
    assert mail.text == DIGEST


DIGEST = """\
8 hot leads
===========

e-mail: 17 (+12%)
referral: 9

Hot now · 8
-----------

Łukasz Żak, Śruby & Synowie - 75 points, hot, +12 since your last list
  600 100 200 (+48600100200)
  lukasz@example.org
  +45  Pricing (today, 7:30\xa0AM)
  -3  Opened
  May be called and mailed
  Stage: intent
  Came by: a paid search result
  Last seen: yesterday, 6:30\xa0AM
  Hot since: today, 7:30\xa0AM
  Owner: Ben Miller

and 7 more

Cooling · 1
-----------
Ada · ada@example.org: Thursday

--
Hotlist sends this to Anna Kowalska at 7:30\xa0AM (Europe/Warsaw)."""


WAYS = Contact("Ada", None, "ada@example.org", "+48600100200")


@pytest.mark.parametrize(
    ("contact", "may", "said", "is_warning"),
    [
        (replace(WAYS, phone=None), May.BOTH, "mailed", False),
        (replace(WAYS, phone=None), May.MAIL, "mailed", False),
        (replace(WAYS, phone=None), May.CALL, "not_mailed", True),
        (replace(WAYS, phone=None), May.NEITHER, "not_mailed", True),
        (replace(WAYS, email=None), May.BOTH, "called", False),
        (replace(WAYS, email=None), May.CALL, "called", False),
        (replace(WAYS, email=None), May.MAIL, "not_called", True),
        (replace(WAYS, email=None), May.UNKNOWN, "may_unknown", True),
        (WAYS, May.MAIL, "may_mail", True),
    ],
)
def test_only_of_ways_that_are_known_it_is_said_whether_they_are_allowed(
    contact: Contact, may: May, said: str, is_warning: bool
) -> None:
    for language in LANGUAGES:
        made = card(language, told=lead(contact=contact, may=may))
        words = texts.TEXTS[language][said]
        assert f"  {words}\n" in made.text
        assert (f">{words}</p>" in made.html) is is_warning


@pytest.mark.parametrize(
    ("may", "contact", "warning"),
    [
        (May.BOTH, "ada@example.org · +48600100200", ""),
        (May.CALL, "ada@example.org · +48600100200", "may_call"),
        (May.UNKNOWN, "ada@example.org · +48600100200", "may_unknown"),
        (May.NEITHER, "", "may_neither"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lead_that_is_hot_no_longer_comes_with_what_is_allowed(
    language: str, may: May, contact: str, warning: str
) -> None:
    words, reader = texts.TEXTS[language], replace(ANNA, language=language)
    told = words[warning] if warning else ""
    line = digest_mail.gone_line(Gone(lead(), Why.OBJECTED, WAYS, may=may), reader)
    assert (line.contact, line.reason, line.warning) == (contact, words["gone_objected"], told)
    mail = digest_mail.digest([], 0, reader, NOW, [line]).mail
    for part in (mail.html, mail.text):
        assert told in part
        assert "mailto:" not in part
