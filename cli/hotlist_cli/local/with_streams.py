"""MiniStack with stream records for what PartiQL inserts. Its own interpreter runs this file.

MiniStack's own INSERT stores the item and writes no record to the table's stream, unlike AWS. So
no page view would ever reach the score function here.

If HOTLIST_INVOCATIONS names a file, each invocation of a function is noted there, as it begins and
as it ends: `invocations` reads it.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import dynamodb

Answer = tuple[int, Any, Any]
"""The status of an answer, its headers and its body."""


def told(
    insert: Callable[[Any, Any], Answer], emit: Callable[..., None]
) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Answer]:
    """An insert that is told to the stream, if something was inserted."""

    def insert_and_tell(table: Mapping[str, Any], parsed: Mapping[str, Any]) -> Answer:
        answer = insert(table, parsed)
        if answer[0] == 200:
            item = parsed["item"]
            emit(table["TableName"], "INSERT", None, item["M"] if set(item) == {"M"} else item)
        return answer

    return insert_and_tell


def noted(
    invoke: Callable[..., dict[str, Any]], note: Callable[[Mapping[str, Any]], None]
) -> Callable[..., dict[str, Any]]:
    """An invocation of a worker that is noted. A worker that has yet to start has no `pid`."""

    def invoke_and_note(worker: Any, event: Any, request_id: str, **more: Any) -> dict[str, Any]:
        process = worker._proc  # noqa: SLF001
        is_warm = process is not None and process.poll() is None
        records = event.get("Records", ()) if isinstance(event, dict) else ()
        note(
            {
                "began": request_id,
                "at": time.time(),
                "pid": process.pid if is_warm else None,
                "function": worker.func_name,
                "source": records[0].get("eventSourceARN", "") if records else "",
                "bodies": [record["body"] for record in records if "body" in record],
            }
        )
        answer = invoke(worker, event, request_id, **more)
        note({"ended": request_id, "at": time.time(), "ok": answer.get("status") == "ok"})
        return answer

    return invoke_and_note


def _noting_in(path: str) -> Callable[[Mapping[str, Any]], None]:
    file = Path(path).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115 - until the end
    lock = threading.Lock()

    def note(what: Mapping[str, Any]) -> None:
        with lock:
            file.write(json.dumps(what) + "\n")

    return note


if __name__ == "__main__":
    if "HOTLIST_INVOCATIONS" in os.environ:
        lambda_runtime.Worker.invoke = noted(
            lambda_runtime.Worker.invoke, _noting_in(os.environ.pop("HOTLIST_INVOCATIONS"))
        )
    dynamodb._partiql_insert = told(dynamodb._partiql_insert, dynamodb._emit_stream_event)  # noqa: SLF001
    app.main()
