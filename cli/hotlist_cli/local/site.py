"""Serves the sample landing page, and the API under an address of its own.

The page and the tracker come from `web/`; the API's address is filled in. MiniStack finds the API
of a request by the Host header, which a browser cannot set. `Front` sets it, so that
`http://127.0.0.1:…/forms/contact` works for any client.
"""

import http.client
import mimetypes
from pathlib import Path
from typing import Final

from hotlist_cli.local.ministack import HOST, MiniStack
from hotlist_cli.local.serving import NOT_FOUND, Answer, Reply, Request

SITE: Final = "https://www.example.com"
"""The site to which `config/forms.yaml` sends people after a form. Here it is the sample page."""

API_PLACEHOLDER: Final = b"https://api.example.com"
"""The address in the sample page that is replaced by the API's address."""

_NOT_FORWARDED: Final = frozenset(
    {"host", "connection", "keep-alive", "transfer-encoding", "content-length", "expect"}
)
_NOT_RETURNED: Final = frozenset({"connection", "transfer-encoding", "content-length", "date"})


def pages(web: Path, api_url: str) -> Answer:
    """The answers of a server with `web/landing/` at `/`, and with `web/hotlist.js`."""
    landing = web / "landing"

    def answer(request: Request) -> Reply:
        if request.method not in ("GET", "HEAD"):
            return Reply(405, b"GET only\n", headers={"Allow": "GET, HEAD"})
        name = request.path.lstrip("/") or "index.html"
        file = web / "hotlist.js" if name == "hotlist.js" else (landing / name).resolve()
        inside = file == web / "hotlist.js" or file.is_relative_to(landing.resolve())
        if not inside or not file.is_file():
            return NOT_FOUND
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith(("javascript", "json", "xml"))
        body = file.read_bytes()
        return Reply(
            body=body.replace(API_PLACEHOLDER, api_url.encode()) if text else body,
            content_type=f"{kind}; charset=utf-8" if text else kind,
            headers={"Cache-Control": "no-store"},
        )

    return answer


class Front:
    """Forwards requests to the HTTP API of the stack, as soon as there is one."""

    def __init__(self) -> None:
        self._port = 0
        self._host = ""
        self._site_url = ""

    def open(self, stack: MiniStack, api_id: str, site_url: str) -> None:
        """Forward to this API from now on. Its redirects to `SITE` are changed to `site_url`."""
        self._port = stack.port
        self._host = f"{api_id}.execute-api.localhost:{stack.port}"
        self._site_url = site_url

    def _here(self, name: str, value: str) -> str:
        """A header, with the sample page in the place of the site that forms lead to."""
        if name == "location":
            return value.replace(SITE, self._site_url)
        if name == "content-security-policy":
            return value.replace("'self' https:", f"'self' https: {self._site_url}")
        return value

    def answer(self, request: Request) -> Reply:
        """The API's own answer, or 503 while the stack is starting or gone."""
        if not self._host:
            return Reply(503, b"the stack is starting\n", headers={"Retry-After": "1"})
        headers = {k: v for k, v in request.headers.items() if k not in _NOT_FORWARDED}
        headers["Host"] = self._host
        connection = http.client.HTTPConnection(HOST, self._port, timeout=60)
        try:
            connection.request(request.method, request.target, request.body, headers)
            answer = connection.getresponse()
            body = answer.read()
        except OSError:
            return Reply(503, b"the stack has stopped\n")
        finally:
            connection.close()
        returned = {
            name: self._here(name.lower(), value)
            for name, value in answer.getheaders()
            if name.lower() not in _NOT_RETURNED
        }
        return Reply(
            answer.status, body.replace(SITE.encode(), self._site_url.encode()), "", returned
        )
