"""In which section of a digest a lead stands; the numbers above it; the file beside it."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.events.answers import SalesAnswer
from hotlist.leads.lead import (
    Alerting,
    Contact,
    Created,
    Lead,
    May,
    Ownership,
    Reason,
    Temperature,
)
from hotlist.mail import digest_parts, texts
from hotlist.mail.digest_parts import COLUMNS, Row
from hotlist.mail.lead_card import Details
from hotlist.sales.hot_list import Shown
from hotlist.sales.numbers import LONGEST, Compared, Numbers, numbers, period
from hotlist.sales.outlook import Outlook
from hotlist.sales.sections import back_on, cools_soon, hot_sections, waited
from hotlist.sales.team import Recipient, Sales
from hotlist.sales.working_days import MOST_WAITED, TimeOff

# A Thursday, 7:30 in Warsaw.
NOW = datetime(2026, 3, 26, 6, 30, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BEGINS = NOW - DAY
ANNA = Recipient(
    "anna", "Anna", "anna@example.com", "en", "Europe/Warsaw", time(7, 30), frozenset(range(5))
)


def hot(name: str, ago: timedelta | None, /, cools: timedelta | None = None, **said: Any) -> Shown:
    since = None if ago is None else NOW - ago
    lead = Lead(
        lead_id=name,
        folded_at=NOW,
        expires_at=NOW,
        temperature=Temperature.HOT,
        alerting=Alerting(armed=False, hot_since=since),
    )
    return Shown(lead, outlook=Outlook(cools_at=None if cools is None else NOW + cools, **said))


def names(*leads: Shown, quiet: frozenset[str] = frozenset()) -> list[str]:
    found = hot_sections(leads, ANNA, BEGINS, NOW, quiet)
    return [
        " ".join(one.lead.lead_id for one in part)
        for part in (found.now, found.unanswered, found.cooling)
    ]


def test_a_lead_stands_in_the_first_section_that_fits() -> None:
    soon = 2 * DAY
    assert names(
        hot("new", HOUR, cools=soon),
        hot("old", 10 * DAY, cools=soon),
        hot("soon", 2 * DAY, cools=soon),
        hot("first to cool", 2 * DAY, cools=DAY),
        hot("warmed", 2 * DAY, cools=30 * DAY),
        hot("by rules", None),
    ) == ["new warmed by rules", "old", "first to cool soon"]


def test_the_window_has_its_beginning() -> None:
    assert names(
        hot("a", DAY, cools=DAY), hot("b", DAY + timedelta(milliseconds=1), cools=DAY)
    ) == [
        "a",
        "",
        "b",
    ]


def test_what_turned_hot_in_quiet_hours_comes_first() -> None:
    leads = [hot("a", HOUR), hot("b", HOUR), hot("night", 2 * DAY, cools=DAY)]
    assert names(*leads, quiet=frozenset({"night"})) == ["night a b", "", ""]


@pytest.mark.parametrize(
    ("since", "days"),
    [
        ("2026-03-23T23:30+01:00", 3),  # Monday: Tuesday, Wednesday, Thursday
        ("2026-03-24T00:30+01:00", None),
        ("2026-03-20T12:00+01:00", 4),  # Friday; no weekend counts
    ],
)
def test_only_the_readers_days_of_work_count(since: str, days: int | None) -> None:
    lead = hot("a", NOW - datetime.fromisoformat(since))
    assert waited(lead, ANNA, NOW) == days


def test_holidays_do_not_count_and_nobody_counts_for_ever() -> None:
    off = TimeOff(holidays=frozenset({date(2026, 3, 25)}))
    lead = hot("a", NOW - datetime(2026, 3, 23, 12, tzinfo=UTC))
    assert waited(lead, ANNA, NOW) == 3
    assert waited(lead, replace(ANNA, off=off), NOW) is None
    assert waited(hot("a", 5_000 * DAY), ANNA, NOW) == MOST_WAITED


def put_off(one: Shown, ago: timedelta, until: timedelta) -> Shown:
    """The same lead, which somebody has put off so long ago until so long ago."""
    answer = SalesAnswer("1", "sales_snoozed", NOW - ago, "anna", NOW - until)
    return replace(one, lead=replace(one.lead, answer=answer))


def test_who_was_put_off_waits_from_the_day_on_which_they_came_back() -> None:
    lead = hot("a", 20 * DAY)
    assert waited(put_off(lead, 19 * DAY, 2 * DAY), ANNA, NOW) is None
    assert waited(put_off(lead, 19 * DAY, 3 * DAY), ANNA, NOW) == 3
    before = put_off(hot("a", 5 * DAY), 19 * DAY, 1 * DAY)  # it turned hot again since
    assert waited(before, ANNA, NOW) == waited(hot("a", 5 * DAY), ANNA, NOW)


def test_one_digest_tells_who_has_come_back() -> None:
    lead = hot("a", 20 * DAY)
    came = put_off(lead, 19 * DAY, 7 * HOUR)
    assert back_on(came, ANNA, BEGINS, NOW) == date(2026, 3, 26)
    assert back_on(came, ANNA, NOW - 6 * HOUR, NOW) is None  # the last one has told it
    assert back_on(put_off(lead, 19 * DAY, -HOUR), ANNA, BEGINS, NOW) is None
    assert back_on(put_off(hot("a", HOUR), 19 * DAY, 7 * HOUR), ANNA, BEGINS, NOW) is None
    assert back_on(lead, ANNA, BEGINS, NOW) is None


@pytest.mark.parametrize(
    "lead",
    [
        hot("a", None),
        replace(hot("a", 9 * DAY), as_of=NOW),
    ],
)
def test_nothing_is_said_of_waiting_if_nobody_knows_of_it(lead: Shown) -> None:
    assert waited(lead, ANNA, NOW) is None


@pytest.mark.parametrize(
    ("at", "is_soon"), [("2026-04-01T23:59+02:00", True), ("2026-04-02T00:00+02:00", False)]
)
def test_soon_is_within_a_week_of_local_days(at: str, is_soon: bool) -> None:
    cools = datetime.fromisoformat(at)
    lead = hot("a", DAY, cools=cools - NOW)
    assert cools_soon(lead, ANNA, NOW) == (cools if is_soon else None)


# --- numbers --------------------------------------------------------------------------------


def created(ago: timedelta, channel: str | None = "email") -> Created:
    return Created("email:1", NOW - ago, channel)


def test_new_leads_are_compared_with_as_long_a_time_before() -> None:
    step = timedelta(milliseconds=1)
    leads = [
        *(created(timedelta(0)), created(step), created(DAY), created(DAY, "direct")),
        *(created(DAY + step), created(2 * DAY), created(2 * DAY + step), created(step, None)),
    ]
    found = numbers(leads, BEGINS, NOW, Compared(5, 3))
    assert found == Numbers(
        Compared(5, 3),
        BEGINS,
        Compared(4, 2),
        (("email", Compared(2, 2)), (None, Compared(1, 0)), ("direct", Compared(1, 0))),
    )


def test_a_long_window_counts_a_week() -> None:
    assert period(NOW - 90 * DAY, NOW) == (NOW - LONGEST, NOW - 2 * LONGEST)
    assert period(BEGINS, NOW) == (BEGINS, BEGINS - DAY)


def told(*channels: int) -> list[tuple[str, str, str]]:
    ways = tuple((f"way{n}", Compared(count, 2)) for n, count in enumerate(channels))
    found = Numbers(Compared(5, None), BEGINS, Compared(1_200, 1_300), ways)
    figures = digest_parts.figures(found, ANNA)
    return [(one.label, one.value, one.change) for one in figures]


def test_numbers_stand_with_their_change_and_few_channels_with_their_own() -> None:
    assert told() == [("hot leads", "5", ""), ("new leads", "1,200", "-100")]
    assert [label for label, *_ in told(4, 3, 2, 1)][2:] == ["way0", "way1", "way2", "way3"]
    assert told(4, 3, 2, 1, 1)[2:] == [
        ("way0", "4", "+2"),
        ("way1", "3", "+1"),
        ("way2", "2", ""),
        ("other ways", "2", "-2"),
    ]


# --- the file -------------------------------------------------------------------------------


def written(contact: Contact, language: str = "en", /, **details: Any) -> str:
    """The file that has somebody in one row."""
    lead = replace(hot("email:1", HOUR).lead, contact=contact, may=May.CALL, total=7, reasons=(
        Reason("pricing", Decimal("4.5")), Reason("faded", Decimal("0.4")),
    ))  # fmt: skip
    reader = replace(ANNA, language=language)
    made = digest_parts.as_file(
        [Row("hot", lead, Details(**details))], reader, lambda rule, _: f"={rule}", NOW
    )
    assert made.data.startswith(b"\xef\xbb\xbf")
    assert made.name == "hotlist-2026-03-26.csv"
    return made.data.decode("utf-8-sig")


def rows(contact: Contact, **details: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(contact, **details), newline="")))


def test_the_file_has_a_lead_in_a_row() -> None:
    contact = Contact('Łukasz "Żak", jr', "Śruby", "lukasz@example.org", "+48600100200")
    (row,) = rows(contact, change=-3, owner="Ben", campaign="spring")
    assert tuple(row) == COLUMNS
    assert row == dict.fromkeys(COLUMNS, "") | {
        "section": "hot",
        "name": 'Łukasz "Żak", jr',
        "company": "Śruby",
        "email": "lukasz@example.org",
        "phone": "'+48600100200",
        "may": "call",
        "points": "7",
        "change": "-3",
        "temperature": "hot",
        "stage": "awareness",
        "reasons": "'=pricing +5",
        "campaign": "spring",
        "owner": "Ben",
        "hot_since": "2026-03-26 06:30",
    }


@pytest.mark.parametrize(
    "begin", ["=", "+", "-", "@", "＝", "＠", "\t=", "\r=", " =", "\u200b=", "|"]
)
def test_no_cell_is_a_formula(begin: str) -> None:
    text = f"{begin}HYPERLINK(1)\n=2"
    (row,) = rows(Contact(text, text, f"{begin}@example.org"), owner=text, campaign=text)
    for name in ("name", "company", "email", "owner", "campaign"):
        assert row[name][0] == "'"
        assert "\n" not in row[name]


def test_no_text_makes_the_file_long() -> None:
    (row,) = rows(Contact("x" * 9_000, "\ud800"), campaign="y" * 9_000)
    assert max(map(len, row.values())) <= 501


def test_an_address_is_whole_in_the_file_however_long() -> None:
    address = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example"
    (row,) = rows(Contact("x" * 200, None, address, "+48 600 100 200"))
    assert (row["email"], row["phone"], row["name"]) == (address, "'+48 600 100 200", "x" * 200)


@pytest.mark.parametrize(("language", "parts"), [("en", ","), ("pl", ";"), ("de", ";")])
def test_cells_are_parted_as_spreadsheets_of_the_reader_do(language: str, parts: str) -> None:
    text = written(Contact("Ada; Byron, Countess"), language)
    (row,) = csv.DictReader(io.StringIO(text, newline=""), delimiter=parts)
    assert tuple(row) == COLUMNS
    assert row["name"] == "Ada; Byron, Countess"


SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "﹫"]
PARTS = [";", ",", "|", '"', "；", "，", "､", "｜", "＂"]


@pytest.mark.parametrize("language", ["en", "pl", "de"])
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("between", ["", " ", "\u00a0", "\u3000 ", "\u200b", "\u2060", '"', ";|"])
def test_no_part_of_a_cell_is_a_formula_however_cells_are_parted(
    language: str, sign: str, between: str
) -> None:
    text = "".join(f"Ada{part}{between}{sign}HYPERLINK(1)" for part in PARTS)
    made = written(Contact(text, text, f"ada{text}@example.org"), language, campaign=text)
    for part in (",", ";", "|", "\t", '"', *PARTS):
        for piece in made.replace("\r\n", part).split(part):
            cell = piece.strip('\ufeff\u200b\u200c\u200d\u2060 \u00a0\u3000"')
            assert not cell.startswith(tuple(SIGNS)) or cell == "-3", (part, piece)
    assert made.count("'") >= 4 * len(PARTS)


LETTERS = st.sampled_from([*SIGNS, *PARTS, " ", "\u00a0", "\t", "\n", "a", "'", "\u200b", "\u200d"])


@given(st.text(LETTERS, max_size=30))
def test_each_sign_that_begins_a_piece_of_a_text_is_guarded(text: str) -> None:
    (row,) = rows(Contact(text))
    pieces = re.split(f"[{re.escape(''.join(PARTS))}\t]", row["name"])
    assert not any(piece.strip("\u200d \u00a0").startswith(tuple(SIGNS)) for piece in pieces)


# --- what the numbers compare ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("hot_before", "ways", "said"),
    [
        (None, [(2, 2)], []),
        (3, [(2, 2)], ["compared_hot"]),
        (None, [(2, 1)], ["compared_new"]),
        (5, [(2, 1)], ["compared_new"]),
        (3, [(1, 2)], ["compared"]),
        (None, [(9, 9), (8, 8), (7, 7), (2, 3), (1, 0)], []),  # none of them stands there
    ],
)
def test_a_change_is_explained_where_there_is_one(
    hot_before: int | None, ways: list[tuple[int, int]], said: list[str]
) -> None:
    channels = tuple((f"way{n}", Compared(*way)) for n, way in enumerate(ways))
    total = Compared(sum(now for now, _ in ways), sum(before for _, before in ways))
    found = Numbers(Compared(5, hot_before), BEGINS, total, channels)
    for language, words in texts.TEXTS.items():
        note = digest_parts.compared(found, replace(ANNA, language=language))
        names = ("compared", "compared_new", "compared_hot")
        assert [name for name in names if words[name] in note] == said
        assert note.startswith(words["counted_since"].partition("{")[0])


def test_channels_beside_numbers_are_short_names() -> None:
    for language, words in texts.CHANNEL_LABELS.items():
        reader = replace(ANNA, language=language)
        for channel, label in words.items():
            found = Numbers(Compared(1), BEGINS, Compared(1, 1), ((channel, Compared(1, 1)),))
            assert digest_parts.figures(found, reader)[-1].label == label
            assert len(label) <= 24
    assert texts.CHANNEL_LABELS["de"]["email"] == "E-Mail"


# --- whose list -----------------------------------------------------------------------------


def test_the_name_of_an_owner_who_is_gone_is_the_fallbacks() -> None:
    sales = Sales((ANNA, replace(ANNA, id="ben", name="Ben")), fallback="ben")
    assert [sales.name_of(one) for one in ("anna", "ben", "zoe")] == ["Anna", "Ben", "Ben"]
    assert sales.listed(ANNA, NOW) is None
    assert sales.listed(replace(ANNA, list_own=True), NOW) == frozenset({"anna"})
    assert Ownership().owner is None
