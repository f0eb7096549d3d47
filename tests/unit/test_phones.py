"""Numbers as people write them: the table in tests/data/phones.tsv, and what no table has."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.identity import phones

TABLE: Final = Path(__file__).parents[1] / "data" / "phones.tsv"


def rows() -> Iterator[tuple[str, str, str | None, bool]]:
    """What was written, the region, the number if there is one, whether the text says more."""
    for line in TABLE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            written, region, number, more = line.split("\t")
            text = re.sub(r"\\u(....)", lambda code: chr(int(code[1], 16)), written)
            yield text.replace("\\n", "\n"), region, None if number == "-" else number, more == "+"


@pytest.mark.parametrize(("text", "region", "number", "more"), list(rows()))
def test_a_number_is_read_as_a_person_reads_it(
    text: str, region: str, number: str | None, more: bool
) -> None:
    found = phones.read(text, region)
    assert (found and found.number) == number
    assert found is None or found.has_more is more


def test_the_table_has_many_countries() -> None:
    found = [number for _, _, number, _ in rows() if number]
    assert len(found) >= 80
    countries = {phone.country for number in found if (phone := phones.read(number, "ZZ"))}
    assert len(countries) >= 25


def test_a_number_that_is_read_is_read_again_as_itself() -> None:
    for _, _, number, _ in rows():
        if number:
            again = phones.read(number, "ZZ")
            assert again is not None
            assert (again.number, again.has_more) == (number, False)


@settings(max_examples=300)
@given(st.text(st.sampled_from("0123456789+()/-., x#wlub\n\u00a0٦") | st.characters(), max_size=60))
def test_any_text_gives_a_number_or_none(text: str) -> None:
    found = phones.read(text, "PL")
    assert found is None or re.fullmatch(r"\+[0-9]{4,15}", found.number)


@pytest.mark.parametrize("text", ["123456," * 10_000, "(" * 60_000, "1 " * 30_000, "+" * 60_000])
def test_a_long_text_is_not_read_to_its_end(text: str) -> None:
    assert phones.read(text, "PL") is None


def test_the_code_is_that_of_the_country() -> None:
    assert (phones.country_code("PL"), phones.country_code("US")) == (48, 1)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+48600100200", "600 100 200"),
        ("+48225550110", "22 555 01 10"),
        ("+493012345678", "030 12345678"),
        ("+12015550123", "(201) 555-0123"),
        ("+442079460018", "020 7946 0018"),
        ("+486001002", "+486001002"),  # too short for any
        ("600100200", "600100200"),
        ("call me", "call me"),
        ("", ""),
    ],
)
def test_a_number_is_written_as_its_own_country_writes_it(number: str, written: str) -> None:
    assert phones.national(number) == written
