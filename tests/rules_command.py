"""Running `hotlist rules …` in a test: what it returned and printed."""

import contextlib
import io
import json
import sys
from typing import Any, NamedTuple
from unittest import mock

from hotlist_cli.__main__ import main


class Ran(NamedTuple):
    status: int
    out: str
    err: str

    def objects(self) -> list[Any]:
        """The JSON lines that were printed; nothing stood in the way."""
        assert self.status == 0, self.err
        return [json.loads(line) for line in self.out.splitlines()]


def rules(*arguments: object, events: object = b"") -> Ran:
    """Run `hotlist rules` with these arguments; `events` (lines or bytes) come on stdin."""
    content = events if isinstance(events, bytes) else lines(events)
    out, err = io.StringIO(), io.StringIO()
    stdin = mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    with stdin, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(["rules", *map(str, arguments)])
        except SystemExit as error:  # argparse ends the process itself
            status = int(error.code or 0)
    return Ran(status, out.getvalue(), err.getvalue())


def lines(objects: Any) -> bytes:
    """JSON lines of objects."""
    return "".join(json.dumps(one) + "\n" for one in objects).encode()


def event(event_id: str, event_type: str, at: str, **more: Any) -> dict[str, Any]:
    """A line of the lead `ada`; `at` is a day of March 2026, with a time if it matters."""
    day, _, time = at.partition(" ")
    occurred_at = f"2026-03-{int(day):02}T{time or '00:00'}Z"
    said = {"lead": "ada", "event_id": event_id, "type": event_type, "occurred_at": occurred_at}
    return said | more
