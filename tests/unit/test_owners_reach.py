"""Which rules for owners get no lead, for others before them take all."""

import json
import time
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.config.findings import Positions
from hotlist.config.owners_reach import check_rules
from hotlist.config.owners_schema import OwnerEntry
from hotlist.config.sales_schema import check_sales
from hotlist.sales.owners import Owners
from hotlist.scoring.check.report import Report

ONE: Final = "recipients:\n  - {id: a, name: A, email: a@example.com}\n"


def never_reached(*patterns: str) -> list[str]:
    rules = ", ".join(f"{{when: {one}, owner: a}}" if one else "{owner: a}" for one in patterns)
    return [
        f"{one.path}: {one.message.partition('a rule before it, ')[2].partition(';')[0]}"
        for one in check_sales(f"{ONE}owners: [{rules}]\n")[1]
        if one.code == "unreachable"
    ]


PL, DE, FR = "{country: [PL]}", "{country: [DE]}", "{country: [FR]}"


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ((PL, FR, DE, "{country: [pl, DE]}"), ["owners[3]: 1 or 3"]),
        ((PL, DE, "{country: [PL, DE], city: [X]}"), ["owners[2]: 1 or 2"]),
        ((PL, DE, "{country: [PL, DE, IT]}"), []),
        ((PL, "{country: [DE], city: [X]}", "{country: [PL, DE]}"), []),
        (
            (PL, "{country: [DE], city: [X]}", "{country: [PL, DE], city: [X, X]}"),
            ["owners[2]: 1 or 2"],
        ),
        (
            ("{country: [{exists: true}]}", "{country: [{exists: false}]}", ""),
            ["owners[2]: 1 or 2"],
        ),
        (("{country: [{exists: true}]}", "{country: [{exists: false}]}", PL), ["owners[2]: 1"]),
        (("{country: [{exists: true}]}", "{city: [{exists: false}]}", ""), []),
        ((PL, "{country: [{exists: false}]}", ""), []),
        (
            (
                "{size: [{numeric: ['<', 50]}]}",
                "{size: [{numeric: ['>=', 50]}]}",
                "{size: [{numeric: ['>', 10, '<', 90]}]}",
            ),
            ["owners[2]: 1 or 2"],
        ),
        (
            (
                "{size: [{numeric: ['<', 50]}]}",
                "{size: [{numeric: ['>', 50]}]}",
                "{size: [{numeric: ['>', 10, '<', 90]}]}",
            ),
            [],
        ),
        (("{$or: [{country: [PL]}, {city: [X]}]}", DE, "{country: [PL, DE]}"), []),
        (("{a.b: [{exists: true}]}", "{a.b: [{exists: false}]}", ""), []),
    ],
)
def test_rules_before_one_may_take_all_of_it_together(
    patterns: tuple[str, ...], expected: list[str]
) -> None:
    assert never_reached(*patterns) == expected


@pytest.mark.parametrize("is_wide", [False, True])
def test_the_largest_files_are_looked_through_in_seconds(is_wide: bool) -> None:
    """Rules with many fields, or with long lists; the last is taken by all others together."""
    if is_wide:
        asked = [{f"f{field}": [f"x{rule}"] for field in range(100)} for rule in range(200)]
    else:
        asked = [{"c": [f"x{rule}_{value}" for value in range(450)]} for rule in range(199)]
        asked.append({"c": [f"x{rule}_1" for rule in range(199)]})
    report = Report(Positions("sales.yaml"))
    began = time.process_time()
    check_rules(report, [OwnerEntry(when=one, owner="a") for one in asked], {})
    assert time.process_time() - began < 30
    assert [one.path for one in report.findings] == ([] if is_wide else ["owners[199]"])


VALUES: Final = st.lists(
    st.sampled_from(
        [
            *("PL", "DE", "x"),
            *({"exists": True}, {"exists": False}, {"prefix": "P"}, {"anything-but": ["PL"]}),
            *({"numeric": ["<", 5]}, {"numeric": [">=", 5]}, {"numeric": [">", 2, "<", 9]}, 5),
        ]
    ),
    min_size=1,
    max_size=3,
)
PATTERNS: Final = st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=2)
KNOWN: Final[st.SearchStrategy[Any]] = st.one_of(
    st.sampled_from(["PL", "pl", "DE", "P", "x", "", 0, 2, 3, 5, 9, True, None]),
    st.just([]),
    st.just({}),
    st.just({"a": "PL"}),
    st.lists(st.sampled_from(["PL", "DE", "y", 3, 5]), max_size=3),
)


@given(
    st.lists(PATTERNS, min_size=2, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(["a", "b"]), KNOWN, max_size=2), max_size=20),
)
def test_a_rule_of_which_the_check_warns_gets_no_lead(
    patterns: list[dict[str, Any]], leads: list[dict[str, Any]]
) -> None:
    rules = [{"owner": "a"} | ({"when": one} if one else {}) for one in patterns]
    checked, found = check_sales(f"{ONE}owners: {json.dumps(rules)}\n")
    warned = {one.path for one in found if one.code == "unreachable"}
    owners = Owners.from_checked(checked)
    for lead in leads:
        _, name = owners.of("k", lead)
        assert name == "fallback" or f"owners[{int(name) - 1}]" not in warned
