"""Where the lines of a curve stand in its picture. Pure.

All places are percents of the picture, from its left and from its top, so that it may be as wide as
the window. `templates/lead.html` draws it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hotlist.cards.curve import Curve, CurvePoint

_ROOM: Final = 1.12
"""How much higher than its highest line a picture is: the total may stand above that."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The paths of the past and of the forecast, the thresholds, and the point of now.

    `warm` and `hot` are None where the rules have none. `has_end` says that there is a forecast,
    and so a last day.
    """

    past: str
    ahead: str
    x: float
    y: float
    zero: float
    warm: float | None
    hot: float | None
    has_end: bool


def picture_of(curve: Curve) -> Picture:
    """The picture of a curve."""
    start, end = curve.points[0].at, curve.points[-1].at
    seconds = max((end - start).total_seconds(), 1.0)
    levels = [0, *(one.total for one in curve.points)]
    levels += [one for one in (curve.warm, curve.hot) if one is not None]
    low, high = min(levels), max(*levels, min(levels) + 1)
    span = (high - low) * _ROOM

    def across(at: datetime) -> float:
        return round((at - start).total_seconds() / seconds * 100, 2)

    def down(level: float) -> float:
        return round(100 - (level - low) / span * 100, 2)

    def path(points: Sequence[CurvePoint]) -> str:
        places = [f"{across(one.at)} {down(one.total)}" for one in points]
        return f"M{'L'.join(places)}" if places else ""

    (now,) = [one for one in curve.points if one.at == curve.present]
    x = across(now.at)
    return Picture(
        past=path([one for one in curve.points if one.at <= curve.present]),
        ahead=path([one for one in curve.points if one.at >= curve.present]),
        x=x,
        y=down(now.total),
        zero=down(0),
        warm=None if curve.warm is None else down(curve.warm),
        hot=None if curve.hot is None else down(curve.hot),
        has_end=end > start,
    )
