"""The check of scoring.yaml: bands that get in each other's way, or leave a number between."""

import pytest

from rulesets import bands, found, seats, where


def both(sign: str, limit: int, country: str) -> str:
    """A band on seats and country."""
    return where(f"seats: [{{numeric: ['{sign}', {limit}]}}], country: [{country}]")


def ranges(*limits: tuple[int, int]) -> str:
    """A band on some ranges of seats, their limits within them."""
    listed = (f"{{numeric: ['>=', {low}, '<=', {high}]}}" for low, high in limits)
    return where(f"seats: [{', '.join(listed)}]")


BANDS = [
    # overlaps
    ([seats(">=", 20, "<=", 60), seats(">=", 60, "<=", 100)], ["bands 1"]),
    ([seats(">=", 20, "<", 60), seats(">=", 60, "<=", 100)], []),
    ([seats(">=", 60, "<=", 100), seats(">=", 20, "<=", 60)], ["bands 1"]),
    ([seats(">=", 20, "<=", 60), seats(">", 59.5)], ["bands 1"]),
    ([seats("<", 10), seats(">=", 0, "<", 20), seats(">=", 15)], ["bands 1", "bands 2"]),
    ([seats("<", 10), seats(">=", 10, "<", 20), seats(">=", 15)], ["bands 2"]),
    # cascades: the later contains the earlier
    ([seats(">", 100), seats(">", 50), seats(">", 10)], []),
    ([seats("<", 10), seats("<", 50), seats("<", 100)], []),
    ([seats(">=", 20, "<", 40), seats(">=", 0, "<", 100)], []),
    ([seats("=", 20), seats(">=", 0)], []),
    ([where("seats: [20]"), seats(">=", 0)], []),
    # inside an earlier one, or with its condition
    ([seats(">", 10), seats(">", 50)], ["never-fires 1"]),
    ([seats(">=", 10), seats(">", 10)], ["never-fires 1"]),
    ([seats(">=", 10, "<", 20), seats(">=", 10, "<", 20)], ["never-fires 1"]),
    ([seats(">=", 0), seats("=", 20), where("seats: [7]")], ["never-fires 1", "never-fires 2"]),
    ([seats("=", 20), where("seats: [20.0]")], ["never-fires 1"]),
    ([where("a: [x, y]"), where("a: [y]")], ["never-fires 1"]),
    ([where("a: [y, x]"), where("a: [x, y]")], ["never-fires 1"]),
    ([where("a: [y]"), where("a: [x, y]")], []),
    ([where("a: [x, y]"), where("a: [y, z]")], []),
    ([where("a: [x]"), where("a: [x], b: [y]")], ["never-fires 1"]),
    ([where("a: [x], b: [y]"), where("a: [x]")], []),
    ([where("a: {b: [x]}"), where("a.b: [x]")], ["never-fires 1"]),
    (["{lead: {a: [X]}, points: 1}", "{lead: {a: [x]}, points: 2}"], ["never-fires 1"]),
    ([where("a: [X]"), where("a: [x]")], []),
    (
        ["{lead: {a: [{prefix: Ab}]}, points: 1}", "{lead: {a: [{prefix: aBC}]}, points: 2}"],
        ["never-fires 1"],
    ),
    ([where("a: [x]"), "{lead: {a: [x]}, points: 2}"], []),
    ([where("a: [{prefix: /a}]"), where("a: [/abc, {prefix: /ab}]")], ["never-fires 1"]),
    ([where("a: [{prefix: /ab}]"), where("a: [{prefix: /a}]")], []),
    ([where("a: [{suffix: .pl}]"), where("a: [{suffix: .com.pl}]")], ["never-fires 1"]),
    ([where("a: [{exists: true}]"), where("a: [{suffix: x}]")], ["never-fires 1"]),
    ([where("a: [{exists: true}]"), where("a: [true, null]")], ["never-fires 1"]),
    ([where("a: [{exists: true}]"), where("a: [{exists: false}]")], []),
    ([where("a: [{anything-but: x}]"), where("a: [y]")], ["never-fires 1"]),
    ([where("a: [{anything-but: x}]"), where("a: [x]")], []),
    ([where("a: [true]"), where("a: ['true']"), where("a: [1, null]")], []),
    ([where("a: [{prefix: '10.'}]"), where("a: [10.0.0.1]")], []),
    ([where("$or: [{a: [1]}, {b: [1]}]")] * 2, ["never-fires 1"]),
    (
        [where("$or: [{a: [1], b: [2]}, {c: [1]}]"), where("$or: [{b: [2], a: [1]}, {c: [1]}]")],
        ["never-fires 1"],
    ),
    # ranges of one field that meet or overlap are one
    ([ranges((0, 5), (4, 9)), ranges((2, 8))], ["never-fires 1"]),
    ([ranges((20, 30), (0, 5), (4, 9)), ranges((2, 8))], ["never-fires 1"]),
    ([ranges((-5, -3), (0, 9), (4, 5)), ranges((6, 8))], ["never-fires 1"]),
    ([ranges((0, 5), (6, 9)), ranges((2, 8))], ["bands 1"]),
    ([where("$or: [{a: [1]}, {b: [1]}]"), where("a: [1]")], []),
    ([where("a.x: [{exists: false}]"), where("a.x: [{exists: false}], a.b: [1]")], []),
    # after one that always fits
    (["{points: 1}", seats(">", 1)], ["never-fires 1"]),
    (["{points: 1}", "{points: 2}"], ["never-fires 1"]),
    ([seats(">", 1), "{points: 1}"], []),
    # gaps
    ([seats(">=", 1, "<=", 10), seats(">=", 12, "<=", 50)], ["gap 1"]),
    ([seats(">=", 12, "<=", 50), seats(">=", 1, "<=", 10)], ["gap 1"]),
    ([seats(">=", 1, "<=", 10), seats(">=", 11, "<=", 50)], []),
    ([seats("<", 10), seats(">", 10)], ["gap 1"]),
    ([seats("<=", 10), seats(">", 10)], []),
    ([seats("<=", 10), seats(">", 10.5)], []),
    ([seats("<=", 10), seats(">", 11)], ["gap 1"]),
    ([seats("<=", -3), seats(">=", -1)], ["gap 1"]),
    ([seats("<", 10), seats(">=", 20), where("seats: [{numeric: ['>=', 10, '<', 20]}]")], []),
    ([seats("<", 10), seats(">=", 20), seats(">=", 12)], ["gap 2"]),
    ([seats("<", 10), seats(">=", 12), "{points: 1}"], []),
    ([seats("<", 10), seats(">=", 12), where("seats: [{exists: true}]")], []),
    ([seats("<", 10), seats(">=", 12), where("seats: [10, 11]")], []),
    ([seats("<", 10), seats(">=", 13), where("seats: [10, 11, x]")], ["gap 1"]),
    ([seats("=", 1), seats("=", 3)], ["gap 1"]),
    ([seats("=", 0), seats(">=", 5)], ["gap 1"]),
    # a list of numbers is no numeric band
    ([where("seats: [0]"), seats(">=", 5)], []),
    ([where("seats: [1, 2, 3]"), seats(">=", 3)], []),
    ([where("seats: [9, {numeric: ['<', 5]}]"), seats(">=", 9)], ["bands 1"]),
    ([where("seats: [1]"), where("seats: [3]")], []),
    ([where("seats: [1, 2]"), where("seats: [2, 3]")], []),
    ([where("seats: [{numeric: ['<', 1]}, {numeric: ['>', 5]}]"), seats("=", 3)], ["gap 1"]),
    # what else is asked for
    ([both("<", 9, "a"), both(">", 5, "a")], ["bands 1"]),
    ([both("<", 9, "a"), both(">", 5, "b")], []),
    ([both("<", 5, "a"), both(">", 9, "a")], ["gap 1"]),
    ([both("<", 5, "a"), both(">", 9, "b")], []),
    ([both("<", 9, "a"), seats(">", 5)], []),
    ([seats("<", 10), "{lead: {seats: [{numeric: ['>', 5]}]}, points: 1}"], []),
    ([seats("<", 10), where("seats: [{numeric: ['>', 5]}, x]")], []),
    # what is unclear is left out
    ([seats("<", 10), where("seats: 5")], ["bad-pattern 1"]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), BANDS)
def test_bands(given: list[str], expected: list[str]) -> None:
    warnings = ("gap",)
    said = []
    for one in expected:
        code, place = one.split()
        level = "(warning) " if code in warnings else ""
        said.append(f"{level}{code} rules[1].first_of[{place}]")
    assert [one.split(".where")[0] for one in found(bands(*given))] == said


def test_bands_of_leads_and_of_the_score() -> None:
    two = ["[{numeric: ['>=', 20, '<=', 60]}], points: 1}", "[{numeric: ['>=', 60]}], points: 2}"]
    leads = [f"{{lead: {{size: {one.replace(']}]', ']}]}')}" for one in two]
    assert found(bands(*leads, keywords="group: fit")) == ["bands rules[1].first_of[1]"]
    scores = [f"{{score: {one}" for one in two]
    assert found(bands(*scores, keywords="inactive: 30d")) == ["bands rules[1].first_of[1]"]
    fine = [
        "{score: [{numeric: ['>', 30]}], points: -15}",
        "{score: [{numeric: ['>=', 0]}], points: -5}",
    ]
    assert found(bands(*fine, keywords="inactive: 30d, award: each")) == []


def test_many_bands_are_judged_in_time() -> None:
    many = [seats(">=", 2 * n, "<", 2 * n + 2) for n in range(400)]
    assert found(bands(*many)) == []


def test_what_a_rule_asks_holds_for_its_bands() -> None:
    rule = "event: form_submitted, where: {form: [ebook], city: [x]}"
    first, second = where("form: [ebook, demo]"), where("role: [a]")
    assert found(bands(first, second, keywords=rule)) == ["never-fires rules[1].first_of[1]"]
    assert found(bands(where("form: [demo]"), second, keywords=rule)) == []
