"""What is known of a lead: facts, classes of e-mail, titles, and rulesets as a whole."""

import hashlib
from decimal import Decimal
from typing import Any

import pytest

from hotlist.scoring import domains, ruleset
from hotlist.scoring.domains import email_class
from scoring import VISIT, rules, score, total, totals, visit

BUSY = {"id": "busy", "lead": {"x": [1]}, "points": 5}


# --- facts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        (["Director"], "DIRECTOR", True),
        (["ÉTUDIANT"], "étudiant", True),
        ([{"prefix": "Dir"}], "directOR", True),
        ([{"anything-but": ["Director"]}], "DIRECTOR", False),
        (["director"], ["CTO", "Director"], True),
        ([1], 1.0, True),
        ([1], True, False),
        ([{"exists": False}], None, True),
        ([{"exists": True}], None, False),
        ([None], None, False),  # null is not given
    ],
)
def test_letter_case_never_matters_in_lead(pattern: Any, value: object, matches: bool) -> None:
    made = rules({"id": "r", "lead": {"role": pattern}, "points": 5})
    assert total(made, [], 0, {"role": value}) == (5 if matches else 0)


def test_where_is_exact() -> None:
    made = rules({**VISIT, "where": {"p": ["A"]}})
    assert totals(made, [visit(p="a")], [0]) == [0]
    assert totals(made, [visit(p="A")], [0]) == [10]


def test_lead_is_judged_by_the_facts_as_they_are_now() -> None:
    made = rules({**VISIT, "lead": {"role": ["boss"]}})
    assert [total(made, [visit()], 50, facts) for facts in ({}, {"role": "boss"})] == [0, 10]


def test_a_lead_rule_gives_one_award_without_instant_while_it_matches() -> None:
    found = score(rules(BUSY), [visit(0), visit(1)], 5, {"x": 1})
    assert [(line.rule, line.at, line.event_id) for line in found.contributions] == [
        ("busy", None, None)
    ]
    assert score(rules(BUSY), [], 5, {"x": 2}).contributions == ()


def test_the_first_band_that_fits_gives_its_points() -> None:
    bands = [
        {"lead": {"n": [{"numeric": [">=", 50]}]}, "points": 20},
        {"lead": {"n": [{"numeric": [">=", 10]}]}, "points": 10},
        {"points": 1},
    ]
    made = rules({"id": "size", "first_of": bands, "lead": {"n": [{"exists": True}]}})
    found = [total(made, [], 0, facts) for facts in ({"n": 50}, {"n": 49}, {"n": 9}, {})]
    assert found == [20, 10, 1, 0]
    made = rules({"id": "size", "first_of": bands[:2], "lead": {"n": [{"exists": True}]}})
    assert score(made, [], 0, {"n": 9}).contributions == ()


def test_bands_of_an_event_rule_look_at_each_event() -> None:
    bands = [
        {"where": {"p": ["buy"]}, "lead": {"role": ["boss"]}, "points": 9},
        {"where": {"p": ["buy"]}, "points": 5},
        {"where": {"p": ["read"]}, "points": 1},
    ]
    made = rules({"id": "v", "event": "page_viewed", "first_of": bands})
    events = [visit(0, p="buy"), visit(1, p="read"), visit(2, p="other"), visit(3)]
    assert totals(made, events, [0, 1, 2, 3]) == [5, 6, 6, 6]
    assert totals(made, events, [3], {"role": "boss"}) == [10]
    assert len(score(made, events, 3).contributions) == 2


def test_an_award_with_no_band_is_none_but_has_been_counted() -> None:
    bands = [{"where": {"p": ["buy"]}, "points": 5}]
    made = rules({"id": "v", "event": "page_viewed", "first_of": bands, "award": "once"})
    assert totals(made, [visit(0, p="read"), visit(1, p="buy")], [1]) == [0]
    every = {"id": "v", "event": "page_viewed", "first_of": bands, "award": {"every": 2}}
    events = [visit(0, p="buy"), visit(1, p="read"), visit(2, p="buy"), visit(3, p="buy")]
    assert totals(rules(every), events, [1, 3]) == [0, 5]


# --- classes of e-mail ------------------------------------------------------------------

LISTS = {
    "partner": ["friend.example", "rival.example"],
    "freemail": ["free.example", "own.example"],
    "competitor": ["rival.example", "gmail.com"],
    "own": ["own.example.", "Bücher.example"],
}


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        *((name, "freemail") for name in ("gmail.com", "outlook.com", "yahoo.com", "wp.pl")),
        *((name, "freemail") for name in ("onet.pl", "o2.pl", "GMAIL.Com", "gmail.com.")),
        *((name, "education") for name in ("mit.edu", "agh.edu.pl", "ox.ac.uk", "cs.ox.ac.uk")),
        *((name, "disposable") for name in ("mailinator.com", "a.b.mailinator.com")),
        *((name, "business") for name in ("acme.example", "notgmail.com", "com", "", ".", "gmail")),
        ("gmail.com.acme.example", "business"),
        (" gmail.com ", "freemail"),
        ("sub.GMAIL.com.", "freemail"),
    ],
)
def test_the_built_in_classes(domain: str, expected: str) -> None:
    assert email_class(domain) == expected
    assert email_class(domain, {}) == expected
    assert email_class(domain, domains.NONE) == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("own.example", "own"),  # before the file's freemail
        ("a.OWN.example", "own"),
        ("bücher.example", "own"),
        ("xn--bcher-kva.example", "own"),
        ("rival.example", "competitor"),  # before the file's partner
        ("gmail.com", "competitor"),  # before the built-in freemail
        ("mail.gmail.com", "competitor"),
        ("friend.example", "partner"),
        ("free.example", "freemail"),
        ("wp.pl", "freemail"),
        ("nown.example", "business"),
        ("example", "business"),
    ],
)
def test_the_order_of_classes(domain: str, expected: str) -> None:
    assert email_class(domain, LISTS) == expected
    assert email_class(domain, domains.classes(LISTS)) == expected


def test_the_files_order_counts_beside_own_and_competitor() -> None:
    both = {"b": ["x.example"], "a": ["x.example"]}
    assert email_class("x.example", both) == "b"
    nested = {"b": ["example"], "a": ["x.example"], "competitor": ["y.x.example"]}
    assert email_class("x.example", nested) == "b"
    assert email_class("y.x.example", nested) == "competitor"
    last = {"b": ["x.example"], "competitor": ["x.example"], "own": ["x.example"]}
    assert email_class("x.example", last) == "own"
    assert (
        email_class("x.example", {"b": ["x.example"], "competitor": ["x.example"]}) == "competitor"
    )


@pytest.mark.parametrize("domain", ["ß" * 70 + ".example", "a..b", "\ud800.com", "é." * 200, "\0"])
def test_a_domain_that_is_none_is_in_no_list(domain: str) -> None:
    assert email_class(domain, LISTS) == "business"


PRIVATE = {"id": "private", "lead": {"email_class": ["freemail"]}, "points": -5}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"email_domain": "gmail.com"}, -5),
        ({"email_domain": "GMAIL.com."}, -5),
        ({"email_domain": "free.example"}, -5),
        ({"email_domain": "acme.example"}, 0),
        ({"email_domain": "gmail.com", "email_class": "business"}, 0),
        ({"email_domain": "acme.example", "email_class": "Freemail"}, -5),
        ({"email_domain": "gmail.com", "email_class": None}, -5),
        ({"email_domain": 5}, 0),
        ({"email_domain": None}, 0),
        ({"email_domain": ["gmail.com"]}, 0),
        ({}, 0),
    ],
)
def test_the_class_is_known_to_rules_unless_it_is_given(facts: Any, expected: int) -> None:
    made = rules(PRIVATE, domains={"freemail": ["free.example"]})
    assert total(made, [], 0, facts) == expected


def test_without_a_domain_there_is_no_class() -> None:
    made = rules({"id": "none", "lead": {"email_class": [{"exists": False}]}, "points": 1})
    found = [total(made, [], 0, facts) for facts in ({}, {"email_domain": "acme.example"})]
    assert found == [1, 0]


# --- rulesets ---------------------------------------------------------------------------

TITLES = [
    {**VISIT, "title": "Saw a page"},
    {**BUSY, "title": {"pl": "Zajęty", "en": "Busy"}},
    {**BUSY, "id": "untold"},
    {**BUSY, "id": "empty", "title": {}},
]


@pytest.mark.parametrize(
    ("rule", "language", "expected"),
    [
        ("visit", "pl", "Saw a page"),
        ("busy", "pl", "Zajęty"),
        ("busy", "en", "Busy"),
        ("busy", "de", "Zajęty"),
        ("untold", "en", "untold"),
        ("empty", "en", "empty"),
        ("nope", "en", "nope"),
    ],
)
def test_how_a_rule_is_told(rule: str, language: str, expected: str) -> None:
    assert rules(*TITLES).title(rule, language) == expected


def test_the_hash_is_of_the_content() -> None:
    one, same = rules(VISIT, hot=40), rules({**VISIT}, hot=40)
    assert one.hash == same.hash
    assert len(one.hash) == 16
    assert int(one.hash, 16) >= 0
    swapped = ruleset.from_checked({"rules": [VISIT], "temperature": {"hot": 40}})
    assert swapped.hash == one.hash
    assert rules(VISIT, hot=41).hash != one.hash


def test_the_hash_stays_the_same_for_the_same_content() -> None:
    """Another one means another ruleset: all leads are scored again."""
    text = '{"rules":[{"event":"ad_clicked","id":"a","points":0.5}],"temperature":{"hot":40}}'
    made = [
        {"id": "a", "event": "ad_clicked", "points": points} for points in (0.5, Decimal("0.5"))
    ]
    expected = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert [rules(one, hot=40).hash for one in made] == [expected, expected]


def test_decimals_are_numbers_like_others() -> None:
    half = [{"numeric": [">=", Decimal("0.5")]}]
    made = rules({"id": "r", "lead": {"x": half}, "points": Decimal("0.5")})
    assert [total(made, [], 0, {"x": x}) for x in (0.4, 0.5)] == [0, 1]


def test_the_defaults() -> None:
    made = ruleset.from_checked({"temperature": {"hot": 40}, "rules": [VISIT, BUSY]})
    assert [*made.groups] == ["fit", "engagement"]
    assert (str(made.zone), made.retention) == ("UTC", 396 * 86_400_000)
    assert [rule.group for rule in made.rules] == ["engagement", "fit"]
    assert made.total == (None, None)


def test_what_is_empty_is_as_if_it_were_not_there() -> None:
    names = ("groups", "total", "segments", "ignore", "domains", "stages", "grades")
    given = dict.fromkeys(names)
    made = rules(VISIT, **given)
    assert score(made, [visit()]) == score(rules(VISIT), [visit()])
    assert [*rules(VISIT, groups={"engagement": None}).groups] == ["engagement"]


def test_a_ruleset_is_loaded_from_text_and_from_a_mapping() -> None:
    text = "temperature: {hot: 40, warm: 20}\nrules:\n  - {id: v, event: page_viewed, points: 5}\n"
    mapping: dict[str, Any] = {
        "temperature": {"hot": 40, "warm": 20},
        "rules": [{"id": "v", "event": "page_viewed", "points": 5}],
    }
    assert ruleset.load(text).hash == ruleset.load(mapping).hash
    assert total(ruleset.load(text), [visit()]) == 5
    decimal = {**mapping, "rules": [{**mapping["rules"][0], "points": Decimal("5.5")}]}
    assert total(ruleset.load(decimal), [visit()]) == 6
    with pytest.raises(ValueError, match=r"(?m)^scoring\.yaml"):
        ruleset.load("rules: []")


def test_a_lead_pattern_may_have_decimals() -> None:
    """As YAML gives them, before JSON makes them doubles."""
    half = Decimal("0.5")
    made = rules({"id": "share", "lead": {"share": [{"numeric": [">", half]}]}, "points": 5})
    assert score(made, [], facts={"share": 0.75}).total == 5
    assert score(made, [], facts={"share": 0.25}).total == 0
