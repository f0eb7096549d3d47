"""A warm function in its own process. It is given events by the names of files, one a line.

For each it prints JSON: the processor's and the clock's seconds, and the bytes that it logged.
"""

import contextlib
import importlib
import io
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace


def main() -> None:
    module, _, name = sys.argv[1].partition(".")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):  # a logger keeps the stream that it is made with
        handler = getattr(importlib.import_module(module), name)
    print("ready", flush=True)
    context = SimpleNamespace(
        function_name="f",
        memory_limit_in_mb=1024,
        invoked_function_arn="arn:aws:lambda:eu-central-1:0:function:f",
        aws_request_id="00000000-0000-0000-0000-000000000000",
        get_remaining_time_in_millis=lambda: 300_000,
    )
    for line in sys.stdin:
        event = Path(line.strip()).read_text(encoding="utf-8")
        said.seek(0)
        said.truncate()
        with contextlib.redirect_stdout(said):
            cpu, began = time.process_time(), time.perf_counter()
            answer = handler(json.loads(event), context)
            spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - began}
        logged = len(said.getvalue().encode())
        print(json.dumps({**spent, "logged": logged, "answer": answer}), flush=True)


if __name__ == "__main__":
    main()
