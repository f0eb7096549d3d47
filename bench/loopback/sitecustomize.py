"""Leads a function's calls of AWS to the bench's server. Python runs this when it starts.

So a function resolves the endpoints of AWS as it does on Lambda, and trusts whom it trusts there.
"""

import os
import socket
from typing import Any

PORT = os.environ["BENCH_TLS_PORT"]
resolve = socket.getaddrinfo


def on_loopback(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
    if str(host).endswith(".amazonaws.com"):
        host, port = "127.0.0.1", int(PORT)
    return resolve(host, port, *rest, **named)


socket.getaddrinfo = on_loopback
