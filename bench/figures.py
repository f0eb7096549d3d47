"""The type of a figure: one line of the bench's output."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    budget: str = ""
    holds: bool | None = None
