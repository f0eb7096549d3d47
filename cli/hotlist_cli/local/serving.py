"""A small HTTP server on loopback. A function makes a reply of each request, in threads."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from urllib.parse import unquote, urlsplit

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
_BODY_LIMIT: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A request. Header names are in lower case; `target` is as it was sent."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path of the target: decoded, without the query."""
        return unquote(urlsplit(self.target).path)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to send."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND: Final = Reply(404, b"not found\n")

NO_ANSWER: Final = Reply(0)
"""Close the connection without a word, as a network does that loses the answer."""

Answer = Callable[[Request], Reply]


class Server:
    """Answers on loopback until it is closed."""

    def __init__(self, name: str, answer: Answer, port: int = 0) -> None:
        """Listen on `port`. If it is 0 or taken, listen on any free port."""
        handler = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
        try:
            self._server = _LoopbackServer((HOST, port), handler)
        except OSError:
            self._server = _LoopbackServer((HOST, 0), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name=name, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://{HOST}:{self._server.server_port}"

    def close(self) -> None:
        """Stop listening. Answers that have begun are still sent."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "hotlist-local"
    answer: Answer

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _BODY_LIMIT:
            self.close_connection = True
            self._send(Reply(413, b"too large\n"))
            return
        request = Request(
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        self._send(self.answer(request))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _send(self, reply: Reply) -> None:
        if reply is NO_ANSWER:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status in (204, 304):
            self.end_headers()
            return
        if "content-type" not in {name.lower() for name in reply.headers}:
            self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        log.debug(format, *args)
