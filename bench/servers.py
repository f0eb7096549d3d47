"""Stands in, on loopback, for what a function talks to: Lambda's Runtime API and DynamoDB."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import perf_counter, time
from typing import Any, Final

from bench.tables import Tables


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    raw_requestline: bytes
    wbufsize = -1  # an answer is one packet, or few
    disable_nagle_algorithm = True  # else the second packet of an answer waits 40 ms for the first

    def parse_request(self) -> bool:
        """Read the request's headers, their names in lower case.

        The library's own way, by its parser of mails, takes a stub as long as all else. Then a
        function with many threads waits for the stub.
        """
        self.command, self.path, self.request_version = self.raw_requestline.decode().split()
        self.close_connection = False
        headers: dict[str, str] = {}
        while line := self.rfile.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        self.headers = headers  # type: ignore[assignment]
        return True

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def reply(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        self.send_response_only(status)
        self.send_header("server", "Server")
        self.send_header("date", "Mon, 02 Mar 2026 09:00:00 GMT")
        for name, value in {"content_type": "application/x-amz-json-1.0", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # a function opens as many connections at once as it has threads

    def handle_error(self, *_: Any) -> None:
        """A function that is ended leaves its connections open. Nobody needs to know."""


@contextmanager
def _serving(handler: type[_Quiet], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


LINK_KEY: Final = b"k" * 64
EMPTY: Final[Mapping[str, bytes]] = {
    "Query": b'{"Items": [], "Count": 0, "ScannedCount": 0}',
    "Scan": b'{"Items": [], "Count": 0, "ScannedCount": 0}',
    "BatchGetItem": b'{"Responses": {}, "UnprocessedKeys": {}}',
    "SendMessageBatch": b'{"Successful": [], "Failed": []}',
    "GetSecretValue": b'{"SecretString": "{\\"link_1\\": \\"%s\\"}"}' % LINK_KEY,
    "": b'{"MessageId": "m"}',  # SES
}
"""What a DynamoDB answers that has nothing. It answers `{}` to all else, as it does to a put."""


class Stub:
    """Answers for AWS, at once, and keeps the operations.

    Its DynamoDB has nothing and takes every item, or is `tables`.
    """

    def __init__(self, tables: Tables | None) -> None:
        self.url = ""
        self.tables = tables
        self.operations: list[str] = []
        self.connections = 0


@contextmanager
def dynamodb(tls: ssl.SSLContext | None = None, tables: Tables | None = None) -> Iterator[Stub]:
    """The stub on a port of its own, with TLS if it gets a certificate."""
    stub = Stub(tables)

    class Handler(_Quiet):
        def setup(self) -> None:
            super().setup()
            stub.connections += 1

        def do_POST(self) -> None:
            body = self.read()
            service, _, operation = (self.headers.get("x-amz-target", "")).partition(".")
            stub.operations.append(operation or "SendEmail")  # SES names none
            if stub.tables is not None and service.startswith("DynamoDB"):
                self.reply(*stub.tables.answer(operation, body))
            else:
                self.reply(200, EMPTY.get(operation, b"{}"))

        def do_GET(self) -> None:
            self.reply(200, b'{"State": "Enabled"}')  # Lambda, asked for a mapping

    with _serving(Handler, tls) as port:
        stub.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        yield stub


_TIMEOUT: Final = 300
"""The seconds that a function has for a request."""


class Answers:
    """What a function answered, when the first answer came, and how long each one took.

    `given` is set when all answers are there.
    """

    def __init__(self) -> None:
        self.first_at: float | None = None
        self.bodies: list[Any] = []
        self.seconds: list[float] = []
        self.given = threading.Event()


@contextmanager
def runtime_api(event: dict[str, Any], times: int = 1) -> Iterator[tuple[int, Answers]]:
    """Give one event to the function `times` times. After that the runtime waits, as on Lambda."""
    answers = Answers()
    handed: list[float] = []
    over = threading.Event()
    body = json.dumps(event).encode()

    class Handler(_Quiet):
        def do_GET(self) -> None:
            if len(handed) == times:
                answers.given.set()
                over.wait()
                return
            handed.append(perf_counter())
            self.reply(
                200,
                body,
                content_type="application/json",
                lambda_runtime_aws_request_id="00000000-0000-0000-0000-000000000000",
                lambda_runtime_deadline_ms=str(int((time() + _TIMEOUT) * 1000)),
                lambda_runtime_invoked_function_arn="arn:aws:lambda:eu-central-1:0:function:f",
                lambda_runtime_trace_id="Root=1-0-0;Parent=0;Sampled=0",
            )

        def do_POST(self) -> None:
            now, sent = perf_counter(), self.read()
            answers.bodies.append(json.loads(sent or b"null"))
            if not self.path.endswith("/response"):  # it failed, perhaps before any request
                answers.given.set()
            elif answers.first_at is None:
                answers.first_at = now
            answers.seconds.append(now - (handed or [now])[-1])
            self.reply(202)

    with _serving(Handler) as port:
        try:
            yield port, answers
        finally:
            over.set()
