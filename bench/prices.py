"""The prices of bench/prices.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True, slots=True)
class Price:
    dollars: float
    per: int
    of: str
    free: int = 0

    def of_a_month(self, amount: float) -> float:
        """What so much in a month costs, beyond what is free."""
        return max(0.0, amount - self.free) * self.dollars / self.per

    def beyond_free(self, amount: float) -> float:
        return amount * self.dollars / self.per


@cache
def prices() -> dict[str, Price]:
    return {name: Price(**said) for name, said in _read()["prices"].items()}


def looked_up() -> str:
    return str(_read()["looked_up"])


def _read() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def dollars(name: str, amount: float) -> float:
    """What so much costs when what is free is used up. KeyError for what has no price."""
    return prices()[name].beyond_free(amount)
