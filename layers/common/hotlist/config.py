"""The checked configuration, as the build wrote it. All that runs of it in Lambda."""

import json
from pathlib import Path
from typing import Any


def load(name: str) -> dict[str, Any]:
    """The checked configuration `scoring`, `forms` or `sales`, as the build wrote it."""
    import hotlist_config  # noqa: PLC0415 - made by the build, absent while it runs

    file = Path(hotlist_config.__file__).with_name(f"{name}.json")
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded
