"""Absences in sales.yaml: on no day may all be away who stand in for one another."""

import time
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.config.absences import check_absences
from hotlist.config.findings import BadConfig, Positions
from hotlist.config.recipient_schema import RecipientEntry
from hotlist.config.sales_schema import MOST_PEOPLE, compile_sales
from hotlist.scoring.check.report import Report

YEAR: Final = ("2026-01-01", "2026-12-31")

Away = tuple[str, str, int]
"""The first and the last day, and the number of whoever stands in."""


def file_of(people: Sequence[Sequence[Away]]) -> str:
    lines = []
    for number, absences in enumerate(people):
        away = ", ".join(
            f"{{from: {first}, to: {last}, stand_in: r{stand_in}}}"
            for first, last, stand_in in absences
        )
        lines.append(
            f"  - {{id: r{number}, name: X, email: x{number}@example.com, absence: [{away}]}}"
        )
    return "recipients:\n" + "\n".join(lines) + "\n"


def said(people: Sequence[Sequence[Away]]) -> list[str]:
    with pytest.raises(BadConfig) as error:
        compile_sales(file_of(people))
    return [f"{one.path}: {one.message}" for one in error.value.findings]


def in_a_row(number: int, *, is_closed: bool) -> list[list[Away]]:
    rows: list[list[Away]] = [[(*YEAR, place + 1)] for place in range(number - 1)]
    return [*rows, [(*YEAR, 0)] if is_closed else []]


def test_as_many_people_as_a_file_has_may_stand_in_in_a_row() -> None:
    compiled = compile_sales(file_of(in_a_row(MOST_PEOPLE, is_closed=False)))
    assert len(compiled["recipients"]) == MOST_PEOPLE


def test_a_circle_of_all_people_is_one_short_finding() -> None:
    (line,) = said(in_a_row(MOST_PEOPLE, is_closed=True))
    assert line.startswith(
        "recipients[0].absence[0].stand_in: r0 → r1 → r2 → r3 → r4 → r5 → … → r0 "
    )


def test_more_people_than_a_file_has_are_refused() -> None:
    (line,) = said([[]] * (MOST_PEOPLE + 1))
    assert line.startswith("recipients: ")
    assert f"at most {MOST_PEOPLE}" in line


def test_absences_that_share_days_take_no_longer_for_more_people() -> None:
    """Each way through them would be one of 2 to the 900."""
    people = [[one, one] for (one,) in in_a_row(900, is_closed=False)[:-1]]
    lines = said([*people, []])
    assert len(lines) == 899
    assert {line.partition(": ")[2] for line in lines} == {
        "two absences share days; write them as one"
    }


def test_the_most_absences_that_a_file_holds_are_checked_in_seconds() -> None:
    """Each of many begins on a day of its own, and leads into a long row of people who are away."""
    row = in_a_row(750, is_closed=False)
    day_of = date(2026, 1, 1).toordinal()
    for person in range(250):
        at = [date.fromordinal(day_of + person + 250 * number).isoformat() for number in range(100)]
        row.append([(day, day, 0) for day in at])
    report = Report(Positions("sales.yaml"))
    began = time.process_time()
    check_absences(report, [a_recipient(*one) for one in enumerate(row)], "r0")
    assert time.process_time() - began < 20
    assert report.findings == ()


def a_recipient(number: int, absences: Sequence[Away]) -> RecipientEntry:
    away = [{"from": first, "to": last, "stand_in": f"r{to}"} for first, last, to in absences]
    given = {"id": f"r{number}", "name": "X", "email": "x@example.com", "absence": away}
    return RecipientEntry.model_validate(given)


def test_each_circle_is_told_once_at_its_first_person() -> None:
    """r3 is away too, but is in no circle: their stand-ins only lead to one."""
    lines = said(
        [
            [("2026-01-01", "2026-01-09", 1), ("2026-03-01", "2026-03-09", 2)],
            [("2026-01-09", "2026-01-12", 0)],
            [("2026-03-02", "2026-03-03", 0)],
            [(*YEAR, 0)],
        ]
    )
    assert [line.partition(" stand in")[0] for line in lines] == [
        "recipients[0].absence[0].stand_in: r0 → r1 → r0",
        "recipients[0].absence[1].stand_in: r0 → r2 → r0",
    ]


def days(first: int, last: int) -> tuple[str, str]:
    return f"2026-01-{first:02d}", f"2026-01-{last:02d}"


@st.composite
def _absences(draw: st.DrawFn) -> list[list[Away]]:
    people = []
    for number in range(4):
        cuts = sorted(draw(st.sets(st.integers(1, 12), max_size=6)))
        spans = zip(cuts[::2], cuts[1::2], strict=False)
        others = st.sampled_from([one for one in range(4) if one != number])
        people.append([(*days(*span), draw(others)) for span in spans])
    return people


def _is_closed(people: Sequence[Iterable[Away]], day: str) -> bool:
    """Whether somebody's mails go round on this day."""
    next_one = {
        number: stand_in
        for number, absences in enumerate(people)
        for first, last, stand_in in absences
        if first <= day <= last
    }
    for person in next_one:
        at = person
        for _ in people:
            at = next_one.get(at, at)
        if at in next_one:
            return True
    return False


@given(_absences())
def test_a_file_is_refused_exactly_if_mails_go_round_on_some_day(
    people: list[list[Away]],
) -> None:
    if any(_is_closed(people, days(day, day)[0]) for day in range(1, 13)):
        assert all("stand in for one another" in line for line in said(people))
    else:
        assert compile_sales(file_of(people))
