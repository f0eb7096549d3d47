"""The sections of the digests that were sent, in English."""

import re

from integration.stages.digest import Digest

HOT, NEW = "Hot now", "New since your last list"
UNANSWERED, COOLING, GONE = "Hot without an answer for days", "Cooling soon", "No longer hot"
TAKEN = "Answered"


def sections(text: str) -> dict[str, str]:
    """The text of each section, by its heading without the count."""
    parts = re.split(r"^(\S.*)\n-{3,}\n", text.partition("\n--\n")[0], flags=re.MULTILINE)
    return {head.split(" · ")[0]: body for head, body in zip(parts[1::2], parts[2::2], strict=True)}


def last(digest: Digest) -> dict[str, str]:
    return sections(digest.texts()[-1])


def where(digest: Digest, name: str) -> list[str]:
    """The sections that name somebody."""
    return [head for head, body in last(digest).items() if f"{name}@example.org" in body]
