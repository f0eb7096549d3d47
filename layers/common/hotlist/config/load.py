"""Loads the checked configuration that the build wrote. Of this folder it alone runs in Lambda."""

import json
from pathlib import Path
from typing import Any


def load_config(name: str) -> dict[str, Any]:
    """The checked configuration `scoring`, `forms` or `sales`."""
    loaded: dict[str, Any] = json.loads(_file(name).read_text(encoding="utf-8"))
    return loaded


def find_config(name: str) -> dict[str, Any] | None:
    """A configuration that need not be there, such as `shadow`, or None."""
    return load_config(name) if _file(name).exists() else None


def _file(name: str) -> Path:
    import hotlist_config  # noqa: PLC0415 - made by the build, absent while it runs

    return Path(hotlist_config.__file__).with_name(f"{name}.json")
