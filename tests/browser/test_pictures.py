"""The documentation's pictures: whatever the reader's font, texts keep clear of lines and edges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES: Final = sorted((Path(__file__).parents[2] / "docs").glob("*.svg"))
FONTS: Final = ("sans-serif", "serif", "DejaVu Sans", "DejaVu Serif")
"""What machines show that lack the usual fonts. DejaVu is the widest that is common."""

MEASURE: Final = """() => {
  const area = (one) => { const b = one.getBBox(); return [b.x, b.y, b.width, b.height]; };
  const all = (name) => [...document.querySelectorAll("svg > " + name)];
  return {
    texts: all("text").map((one) => [one.textContent, ...area(one)]),
    boxes: all("rect").map((one) => ["", ...area(one)]),
    lines: all("path").map((one) => one.getAttribute("d")),
  };
}"""


class Area(NamedTuple):
    """A rectangle of the picture. A text's has its words."""

    text: str
    x: float
    y: float
    width: float
    height: float

    def holds(self, other: Area, margin: float) -> bool:
        """Whether another lies within, with a margin at both sides."""
        return (
            self.x + margin <= other.x
            and other.x + other.width <= self.x + self.width - margin
            and self.y <= other.y
            and other.y + other.height <= self.y + self.height
        )

    def meets(self, other: Area) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


class Picture(NamedTuple):
    """A picture as it was shown. The first box is the ground on which all else lies."""

    ground: Area
    boxes: list[Area]
    texts: list[Area]
    lines: list[list[Area]]


def stretches(drawn: str) -> Iterator[Area]:
    """The straight parts of a line (`M696 129H778`), each as a flat rectangle."""
    assert re.fullmatch(r"M\d+ \d+([HV]\d+)+", drawn), "only upright and level lines are checked"
    start = re.match(r"M(\d+) (\d+)", drawn)
    assert start is not None
    x, y = int(start[1]), int(start[2])
    for way, to in re.findall(r"([HV])(\d+)", drawn):
        new_x, new_y = (int(to), y) if way == "H" else (x, int(to))
        yield Area("", min(x, new_x), min(y, new_y), abs(x - new_x), abs(y - new_y))
        x, y = new_x, new_y


def shown(page: Page, file: Path, font: str) -> Picture:
    drawn = file.read_text("utf-8")
    assert 'font-family="sans-serif"' in drawn
    page.set_content(drawn.replace('font-family="sans-serif"', f'font-family="{font}"'))
    found = page.evaluate(MEASURE)
    ground, *boxes = [Area(*one) for one in found["boxes"]]
    texts = [Area(*one) for one in found["texts"]]
    return Picture(ground, boxes, texts, [list(stretches(one)) for one in found["lines"]])


def share_a_stretch(one: Area, other: Area) -> bool:
    """Whether two parts of lines run along each other, so that nobody can tell them apart."""
    wide = [Area("", a.x - 2, a.y - 2, a.width + 4, a.height + 4) for a in (one, other)]
    are_parallel = (one.width == 0) == (other.width == 0)
    return are_parallel and wide[0].meets(wide[1])


@pytest.fixture(params=FONTS)
def font(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.stem)
def test_texts_stay_in_their_boxes_and_clear_of_all_else(page: Page, file: Path, font: str) -> None:
    picture = shown(page, file, font)
    assert len(picture.texts) > 20
    for text in picture.texts:
        assert picture.ground.holds(text, margin=8), text
        for box in picture.boxes:
            assert box.holds(text, margin=6) or not box.meets(text), text
        for line in picture.lines:
            for stretch in line:
                assert not stretch.meets(text), text
    for one, other in combinations(picture.texts, 2):
        assert not one.meets(other), (one, other)


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.stem)
def test_no_two_lines_share_a_stretch(page: Page, file: Path) -> None:
    picture = shown(page, file, "sans-serif")
    assert len(picture.lines) > 10
    for one, other in combinations(picture.lines, 2):
        for first in one:
            assert not any(share_a_stretch(first, second) for second in other), (one, other)


def test_the_checks_see_what_they_are_for() -> None:
    level, beside = next(stretches("M10 10H50")), next(stretches("M40 11H90"))
    assert share_a_stretch(level, beside)
    assert not share_a_stretch(level, next(stretches("M30 0V20")))
    assert not share_a_stretch(level, next(stretches("M10 20H50")))
    assert Area("", 20, 5, 10, 10).meets(level)
    assert not Area("wide", 0, 0, 20, 5).holds(Area("", 15, 1, 10, 3), margin=0)
