"""One line of what the bench prints."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    budget: str = ""
    holds: bool | None = None
