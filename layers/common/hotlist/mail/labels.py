"""What the fields of a form are called. Pure."""

from collections.abc import Mapping
from typing import Any

from hotlist.scoring.ruleset import in_language


def field_labels(fields: Mapping[str, Any], language: str) -> dict[str, str]:
    """The labels of a form's fields: in this language, else in the first that they have.

    A field without one is called by its name.
    """
    return {
        name: in_language(spec.get("label", ""), language) or name.replace("_", " ").capitalize()
        for name, spec in fields.items()
    }
