"""The two ends of a function, on loopback: Lambda's Runtime API and an instant DynamoDB."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import perf_counter
from typing import Any


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        return

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def reply(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content_type": "application/x-amz-json-1.0", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _serving(handler: type[_Quiet]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def dynamodb() -> Iterator[tuple[int, list[str]]]:
    """Says yes to everything at once; the operations it was asked for."""
    asked: list[str] = []

    class Handler(_Quiet):
        def do_POST(self) -> None:
            self.read()
            asked.append(self.headers["x-amz-target"].partition(".")[2])
            self.reply(200)

    with _serving(Handler) as port:
        yield port, asked


class Answers:
    """What a function answered, and when the first answer came."""

    def __init__(self) -> None:
        self.first_at: float | None = None
        self.bodies: list[Any] = []


@contextmanager
def runtime_api(event: dict[str, Any], times: int = 1) -> Iterator[tuple[int, Answers]]:
    """Hands out one event so many times; after that the runtime is told to go."""
    answers = Answers()
    handed = iter(range(times))
    body = json.dumps(event).encode()

    class Handler(_Quiet):
        def do_GET(self) -> None:
            if next(handed, None) is None:
                self.reply(500)
                return
            self.reply(
                200,
                body,
                content_type="application/json",
                lambda_runtime_aws_request_id="00000000-0000-0000-0000-000000000000",
                lambda_runtime_deadline_ms="9999999999999",
                lambda_runtime_invoked_function_arn="arn:aws:lambda:eu-central-1:0:function:f",
                lambda_runtime_trace_id="Root=1-0-0;Parent=0;Sampled=0",
            )

        def do_POST(self) -> None:
            sent = self.read()
            if answers.first_at is None:
                answers.first_at = perf_counter()
            answers.bodies.append(json.loads(sent or b"null"))
            self.reply(202)

    with _serving(Handler) as port:
        yield port, answers
