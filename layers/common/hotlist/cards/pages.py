"""What the pages of this folder share: templates that escape, and hashes for policies. Pure."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE: Final = Path(__file__).parent
_FOLDERS: Final = (_HERE / "templates", _HERE.parent / "capture" / "templates")
"""The frame of pages of links stands with the pages of the other links."""


@cache
def templates() -> Environment:
    """The templates, which escape what they are given."""
    return Environment(
        loader=FileSystemLoader(_FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def hashed(text: str) -> tuple[str, str]:
    """A style or a script, and its hash for the policy of its page."""
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
