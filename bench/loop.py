"""A warm function. For each number on standard input it makes so many requests, and prints the CPU
seconds of one.
"""

import contextlib
import importlib
import io
import json
import sys
import time
from types import SimpleNamespace

from bench.functions import EVENT


def main() -> None:
    module, _, name = sys.argv[1].partition(".")
    handler = getattr(importlib.import_module(module), name)
    context = SimpleNamespace(
        function_name="f",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:eu-central-1:0:function:f",
        aws_request_id="r",
        get_remaining_time_in_millis=lambda: 10_000,
    )
    for line in sys.stdin:
        times = int(line)
        with contextlib.redirect_stdout(io.StringIO()):
            began = time.process_time()
            for _ in range(times):
                handler(json.loads(json.dumps(EVENT)), context)
            spent = time.process_time() - began
        print(spent / times, flush=True)


if __name__ == "__main__":
    main()
