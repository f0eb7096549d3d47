"""What the card of a lead says, on its page, in a terminal and as JSON."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from browser import cards
from card_pages import Page, happened, page, shown
from card_views import ANNA, NOON, card, view_of
from hotlist.cards import card_texts
from hotlist.cards.ahead import NextChange
from hotlist.cards.card_words import MOST_LINES, in_words
from hotlist.cards.lead_page import CardLinks
from hotlist.events.answers import DOINGS
from hotlist.events.vocabulary import Route
from hotlist.leads.fold import View
from hotlist.leads.lead import Contact, Lead, LeadState, May
from hotlist.mail.texts import TEXTS
from hotlist_cli import lead_json
from hotlist_cli.rules.output import to_json
from scoring import rules

LANGUAGES: Final = ("en", "pl", "de")
DAY: Final = timedelta(days=1)


@pytest.mark.parametrize(
    ("may", "links"),
    [
        (May.BOTH, {"tel", "mailto"}),
        (May.CALL, {"tel"}),
        (May.MAIL, {"mailto"}),
        (May.NEITHER, set()),
        (May.UNKNOWN, set()),
    ],
)
def test_there_is_a_link_only_where_it_is_allowed(may: May, links: set[str]) -> None:
    of = cards.card("rich", "en")
    html = page(replace(of, lead=replace(of.lead, may=may)), links=CardLinks())
    assert {link.partition(":")[0] for link in Page(html).links} == links
    assert "600 100 200" in html
    assert "lukasz@sruby.example" in html


def test_a_link_has_the_whole_of_a_long_address() -> None:
    long = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example"
    of = cards.card("rich", "en")
    html = page(replace(of, lead=replace(of.lead, contact=Contact("Ada", None, long))))
    assert f'href="mailto:{long.replace("@", "%40")}?' in html
    assert f">{long[:119]}…<" in html


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        (Contact("Ada", None, "ada@example.org"), "May be mailed"),
        (Contact("Ada", None, None, "+48600100200"), "May be called"),
        (Contact("Ada", None, "ada@example.org", "+48600100200"), "May be called and mailed"),
    ],
)
def test_only_of_ways_that_are_known_it_is_said_whether_they_are_allowed(
    contact: Contact, said: str
) -> None:
    of = cards.card("rich", "en")
    html = page(replace(of, lead=replace(of.lead, contact=contact, may=May.BOTH)))
    assert f">{said}<" in html


def test_a_mail_begins_with_a_subject_in_the_language_of_the_lead() -> None:
    html = page(cards.card("rich", "de"), "de")
    subject = "Pa%C5%84stwa%20zainteresowanie%20nasz%C4%85%20ofert%C4%85"
    assert f'href="mailto:lukasz%40sruby.example?subject={subject}"' in html
    assert 'href="tel:+48600100200"' in html


def test_links_that_are_not_given_are_not_there() -> None:
    of = cards.card("rich", "en")
    html = page(of, links=CardLinks(answer="https://a.example/x&y"))
    assert 'href="https://a.example/x&amp;y?do=won"' in html
    assert "Save the contact" not in html
    assert "Today’s list" not in html


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Warm on May 23 (59 points), unless something happens."),
        ("pl", "Ciepły 23 maj (59 pkt), jeśli nic się nie wydarzy."),
        ("de", "Warm am 23. Mai (59 Punkte), wenn nichts geschieht."),
    ],
)
def test_what_changes_next_is_a_sentence(language: str, says: str) -> None:
    assert in_words(cards.card("rich", language), cards.reader(language), NOON).ahead == (says,)


def test_what_changes_soon_is_told_as_people_say_it() -> None:
    ask = {"id": "ask", "event": "contact_requested", "points": 5, "override": "hot"}
    told = []
    for lasts in ("5h", "1d", "4d", "400d"):
        ruleset = rules({**ask, "lasts": lasts}, hot=100)
        view = view_of([happened("contact_requested", 0, {}, email="a@b.pl")], ruleset, NOON)
        (said,) = in_words(card(view, ruleset, NOON), ANNA, NOON).ahead
        told.append(said.replace("\xa0", " "))
    assert told == [
        "Cold today, 7:00 PM (0 points), unless something happens.",
        "Cold tomorrow, 2:00 PM (0 points), unless something happens.",
        "Cold on Thursday (0 points), unless something happens.",
        STAYS["en"].replace("cold", "hot"),
    ]


STAYS: Final = {
    "en": "Stays cold until Apr 29, 2027 if nothing happens. Then nothing that counts is kept any "
    "more.",
    "pl": "Pozostanie zimny do: 29 kwi 2027, jeśli nic się nie wydarzy. Potem nie będzie już "
    "niczego, co się liczy.",
    "de": "Bleibt kalt bis 29. Apr. 2027, wenn nichts geschieht. Danach ist nichts mehr da, was "
    "zählt.",
}


@pytest.mark.parametrize(
    ("language", "at_least"),
    [
        ("en", "Stays cold until Apr 1 at least, if nothing happens."),
        ("pl", "Pozostanie zimny co najmniej do: 1 kwi, jeśli nic się nie wydarzy."),
        ("de", "Bleibt mindestens bis 1. Apr. kalt, wenn nichts geschieht."),
    ],
)
def test_what_stays_is_the_temperature_and_only_as_long_as_is_known(
    language: str, at_least: str
) -> None:
    ruleset = rules({"id": "v", "event": "form_submitted", "points": 3, "lasts": "2d"}, hot=5)
    of = card(
        view_of([happened("form_submitted", 0, {}, email="a@b.pl")], ruleset, NOON), ruleset, NOON
    )
    reader = replace(ANNA, language=language)
    unsure = replace(of, next=NextChange(NOON + 3 * DAY, is_sure=False))
    assert in_words(of, reader, NOON).ahead == (STAYS[language],)
    assert in_words(unsure, reader, NOON).ahead == (at_least,)


@pytest.mark.parametrize(
    ("language", "back"),
    [
        ("en", "Comes back on Apr 11: it is put off until then."),
        ("pl", "Wraca 11 kwi: do tego czasu jest odłożony."),
        ("de", "Kommt am 11. Apr. zurück: bis dahin ist er zurückgestellt."),
    ],
)
def test_the_end_of_a_snooze_is_a_change_too(language: str, back: str) -> None:
    until = "2026-04-10T22:00:00.000Z"
    events = [
        happened("form_submitted", 9, {}, email="a@b.pl"),
        happened("sales_snoozed", 1, {"by": "anna", "until": until}, route=Route.LINK),
    ]
    told = []
    for lasts in ("10d", "60d"):
        rule = {"id": "v", "event": "form_submitted", "points": 9, "lasts": lasts}
        ruleset = rules(rule, hot=5)
        of = card(view_of(events, ruleset, NOON), ruleset, NOON)
        told.append(in_words(of, replace(ANNA, language=language), NOON).ahead)
    (change, second), (first, _) = told
    assert (first, second) == (back, back)
    assert change != back


def test_the_highest_point_is_told_as_past_or_as_to_come_or_not_at_all() -> None:
    visit = {"id": "v", "event": "page_viewed", "points": 60}
    pen = {"id": "pen", "event": "element_clicked", "points": -50, "lasts": "21d"}
    lapse = {**visit, "lasts": "10d"}
    seen = happened("page_viewed", 13, {}, email="a@b.pl")
    clicked = happened("element_clicked", 14, {})
    said = []
    for made in ((visit, pen), (lapse,), (visit,)):
        ruleset = rules(*made)
        of = card(view_of([seen, clicked], ruleset, NOON), ruleset, NOON)
        curve = in_words(of, ANNA, NOON).curve
        assert curve is not None
        said.append(curve.says.partition("happens.")[2])
    assert said == [" The highest will be 60 on Apr 5.", " The highest was 60 on Mar 16.", ""]


def test_a_reason_of_no_points_is_none() -> None:
    faint = {"id": "faint", "event": "page_viewed", "points": 0.4}
    half = {"id": "half", "event": "form_submitted", "points": 0.5}
    ruleset = rules(faint, half)
    seen = happened("page_viewed", 1, {}), happened("form_submitted", 2, {}, email="a@b.pl")
    of = card(view_of(seen, ruleset, NOON), ruleset, NOON)
    said = in_words(of, ANNA, NOON).reasons
    assert [(one.about, one.points) for one in said] == [(("half",), "1")]


def test_a_line_of_a_weighted_group_says_its_weight() -> None:
    visit = {"id": "v", "event": "page_viewed", "points": 40, "group": "g"}
    groups = {"g": {"weight": "33%", "decay": {"linear": "10d"}}, "fit": {}}
    ruleset = rules(
        visit, {"id": "f", "event": "form_submitted", "points": 7, "group": "fit"}, groups=groups
    )
    events = [happened("page_viewed", 4, {}), happened("form_submitted", 9, {}, email="a@b.pl")]
    of = card(view_of(events, ruleset, NOON), ruleset, NOON)
    lines = [line for one in in_words(of, ANNA, NOON).lines for line in one.lines]
    assert [(one.points, one.beside) for one in lines] == [("7.92", "24 × 33%, of 40"), ("7", "")]


def test_a_sum_is_rounded_only_if_it_is_not_whole() -> None:
    said = {}
    for points in (3, 2.5):
        ruleset = rules({"id": "f", "event": "form_submitted", "points": points})
        view = view_of([happened("form_submitted", 9, {}, email="a@b.pl")], ruleset, NOON)
        words = in_words(card(view, ruleset, NOON), ANNA, NOON)
        said[words.sum] = words.rounded
    assert said == {"3": "", "2.5": "rounded 3"}


def test_each_text_of_others_stands_for_itself() -> None:
    hebrew = "שלום"
    events = [
        happened(
            "order_completed",
            1,
            {"value": 5, "currency": "EUR", "order_id": hebrew},
            route=Route.SERVER,
        ),
        happened(
            "score_adjusted", 2, {"add": 5, "reason": hebrew, "author": "eve"}, route=Route.OPERATOR
        ),
        happened("page_viewed", 3, {"page_title": hebrew, "page_path": "/a"}, route=Route.BEACON),
        happened("page_viewed", 3.001, {"page_title": "Home"}, route=Route.BEACON),
        happened("sales_rejected", 1, {"by": hebrew, "reason": hebrew}, route=Route.LINK),
        happened("form_submitted", 9, {}, email="a@b.pl"),
    ]
    ruleset = rules({"id": "v", "event": "page_viewed", "points": 3})
    html = page(card(view_of(events, ruleset, NOON), ruleset, NOON))
    assert html.count(hebrew) == html.count(f"<bdi>{hebrew}</bdi>") + html.count(
        f"<bdi>by {hebrew}</bdi>"
    )
    assert f"<bdi>Home</bdi>, <bdi>{hebrew}</bdi>" in html


def test_the_card_has_the_buttons_of_the_mails() -> None:
    for language in LANGUAGES:
        html = page(cards.card("rich", language), language)
        found = re.findall(r'href="https://api.example.com/answers/x\?do=(\w+)">([^<]+)<', html)
        assert [do for do, _ in found] == [*DOINGS]
        assert [label for _, label in found] == [TEXTS[language][f"do_{do}"] for do in DOINGS]


def test_json_says_what_was_left_out_and_is_json() -> None:
    said = {f"q{n}": n for n in range(20)} | {
        "q0": float("nan"),
        "q1": [float("inf"), {"a": -1e999}],
    }
    events = [
        happened("form_submitted", 9, said, email="a@b.pl"),
        happened("unsubscribed", 1, {"all": True}, route=Route.LINK),
    ]
    ruleset = rules({"id": "v", "event": "form_submitted", "points": 3})
    of = card(view_of(events, ruleset, NOON), ruleset, NOON)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    told = json.loads(to_json(lead_json.of_card(of)), parse_constant=refuse)
    ended, form = told["history"]["episodes"]
    assert (ended["is_all"], form["is_all"], form["more"]) == (True, False, 8)
    assert (form["answers"]["q0"], form["answers"]["q1"]) == (None, [None, {"a": None}])
    assert told["unchanged_until"] == told["next_change"]["at"]
    unsure = replace(of, next=NextChange(NOON + DAY, is_sure=False))
    told = json.loads(to_json(lead_json.of_card(unsure)))
    assert (told["next_change"], told["unchanged_until"]) == (None, "2026-03-30T12:00:00.000Z")


def test_the_lines_that_are_shown_sum_to_the_score() -> None:
    ruleset = rules(
        {"id": "v", "event": "page_viewed", "points": 1.5, "decay": {"half_life": "9d"}},
        {"id": "f", "event": "form_submitted", "points": 40},
        groups={"engagement": {"weight": "33%"}},
    )
    events = [happened("page_viewed", n / 3, {}, event_id=f"{n:03}") for n in range(2 * MOST_LINES)]
    form = happened("form_submitted", 50, {}, email="a@b.pl")
    of = card(view_of([form, *events], ruleset, NOON), ruleset, NOON)
    said = in_words(of, ANNA, NOON)
    lines = [float(line.points) for one in said.lines for line in one.lines]
    assert len(lines) == 1 + MOST_LINES + 1
    assert sum(lines) == pytest.approx(float(said.sum), abs=1e-9)
    assert said.sum == f"{of.exact.normalize():f}"
    assert sum(float(one.points) for one in said.lines) == pytest.approx(float(said.sum))


@pytest.mark.parametrize("state", [LeadState.CLAIMED, LeadState.EMPTY])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lead_that_has_nothing_says_why(state: LeadState, language: str) -> None:
    lead = Lead(lead_id="phone:1", state=state, folded_at=NOON, expires_at=NOON)
    html = page(card(View(lead, ()), rules(), NOON), language)
    assert card_texts.CARD_TEXTS[language][state.value] in shown(html)
    assert "<section" not in html
    assert "badge" not in html.partition("</style>")[2]


def test_a_page_of_very_many_things_is_bounded() -> None:
    long = "\"'" * 1_000
    many = [
        happened(
            "form_submitted",
            n / 10,
            {f"{m}{long}": long for m in range(40)} | {"form": long},
            event_id=str(n),
            email="a@b.pl",
        )
        for n in range(700)
    ]
    ruleset = rules({"id": "f", "event": "form_submitted", "points": 1})
    of = card(view_of(many, ruleset, NOON), ruleset, NOON)
    assert (len(of.history.episodes), of.history.older) == (200, 500)
    html = page(of)
    assert "and 500 older ones" in html
    assert len(html.encode()) < 4_500_000, "a function answers 6 MB at most"
