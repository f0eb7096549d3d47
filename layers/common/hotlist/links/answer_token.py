"""The token of the link by which sales answers about a lead. Pure."""

import json
from datetime import date
from typing import Final

from hotlist.links.tokens import Purpose, Token

MOST_NAME: Final = 80
"""Characters of a name in a token."""

_MOST_BYTES: Final = 420
"""Bytes of that name as the token has it: the whole token stays under its limit."""


def answer_token(lead_id: str, day: date, *, recipient: str, name: str, language: str) -> Token:
    """What the link says: whose it is, and how the mail or the card calls the lead."""
    shown = name[:MOST_NAME]
    while len(json.dumps(shown)) > _MOST_BYTES:
        shown = shown[:-1]
    return Token(
        Purpose.ANSWER, lead_id, day, recipient=recipient, said={"name": shown, "lang": language}
    )
