"""Draws random small values that rulesets and histories share."""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any, Final, TypeVar

from hotlist.events.times import from_ms, to_ms, to_text

T = TypeVar("T")

TYPES: Final = (
    *("page_viewed", "page_viewed", "page_viewed", "element_clicked", "email_clicked"),
    *("email_delivered", "form_submitted", "demo_requested", "order_completed", "sales_rejected"),
    *("cart_abandoned", "webinar_attended", "unsubscribed", "custom:tour"),
)
_BASES: Final = {
    "s": (
        "2026-03-28T22:59:56Z",  # midnight in Warsaw, before a day of 23 hours
        "2026-03-29T00:59:56Z",  # the hour that Warsaw skips
        "2026-10-25T22:59:56Z",  # midnight after a day of 25 hours
        "2026-05-03T23:59:56Z",  # midnight in UTC
    ),
    "h": ("2026-03-28T15:00:00Z", "2026-10-24T10:00:00Z", "2026-06-30T12:00:00Z"),
}
_UNITS: Final = {"s": 1000, "h": 3_600_000}


class Draw:
    """Draws values on a grid of instants and durations, so that many of them are equal."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.unit = random.choice(("s", "h"))
        self.unit_ms = _UNITS[self.unit]
        self.types = tuple(self.some([*dict.fromkeys(TYPES)], 1, 4))
        self.base = to_ms(datetime.fromisoformat(random.choice(_BASES[self.unit])))

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        return self.random.sample(choices, min(len(choices), self.random.randint(least, most)))

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def duration(self, least: int, most: int) -> str:
        return f"{self.number(least, most)}{self.unit}"

    def instant(self, most: int = 11) -> int:
        """An instant on the grid, or sometimes a millisecond beside it."""
        at = self.base + self.number(0, 2 * most) * self.unit_ms // 2
        return at + (self.one(-1, 1) if self.maybe(0.15) else 0)

    def written(self, at: int) -> str:
        """An instant as a ruleset writes it, or its day."""
        text = to_text(from_ms(at))
        if self.maybe(0.25):
            return text[:10]
        if self.maybe(0.5):
            return text
        return to_text(from_ms(at + 7_200_000)).replace("Z", "+02:00")

    def points(self) -> Any:
        return self.one(
            *(0, 1, 2, 3, 5, 5, 8, 8, 12, 20, -1, -2, -3, -5, -8, -12, 0.5, -0.5, 2.5, -1.5),
            *(0.001, 7.333, -4.999),
        )

    def amount(self) -> Any:
        return self.one(0, 1, 2, 0.5, 3.3, "10%", "25%", "33.3%", "50%")

    # --- conditions ---------------------------------------------------------------------

    def where(self) -> dict[str, Any]:
        return dict(
            self.one(
                {"p": ["a"]},
                {"p": ["a"]},
                {"p": ["a", "b"]},
                {"p": ["a", "b", 1]},
                {"p": [{"exists": True}]},
                {"p": ["A"]},
                {"p": [{"anything-but": ["a"]}]},
                {"p": [{"exists": False}]},
                {"p": [1]},
                {"n": [{"numeric": [">", 2]}]},
                {"n": [{"numeric": [">=", 1, "<", 4]}]},
                {"p": [{"prefix": "a"}], "n": [{"exists": True}]},
                {"o": {"x": [1]}},
                {"$or": [{"p": ["b"]}, {"n": [3]}]},
            )
        )

    def matcher(self) -> dict[str, Any]:
        """A matcher of a few types, or of activity."""
        made: dict[str, Any] = {}
        if self.maybe(0.85):
            names = self.some(self.types if self.maybe(0.9) else TYPES, 1, 3)
            names = [*dict.fromkeys([*names, *(["activity"] if self.maybe(0.1) else [])])]
            made["event"] = self.one("activity", names[0], names[0], names)
        if not made or self.maybe(0.15):
            made["where"] = self.where()
        return made

    def lead(self) -> dict[str, Any]:
        """A pattern of facts, often of the stage."""
        return dict(
            self.one(
                {"role": ["CEO"]},
                {"role": ["ceo", "cto"]},
                {"role": [{"anything-but": ["Student"]}]},
                {"role": [{"exists": False}]},
                {"employees": [{"numeric": [">=", 10]}]},
                {"employees": [{"numeric": [">", 1, "<=", 10]}]},
                {"email_class": ["freemail", "education"]},
                {"email_class": ["own"]},
                {"email_class": [{"anything-but": ["Business"]}]},
                {"stage": ["awareness"]},
                {"stage": ["interest", "consideration"]},
                {"stage": ["Intent", "customer"]},
                {"stage": ["rejected"]},
                {"stage": [{"anything-but": ["awareness", "rejected"]}]},
                {"stage": ["customer"], "role": ["ceo"]},
                {"tags": ["X"]},
            )
        )
