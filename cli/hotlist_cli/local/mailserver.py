"""The mailbox over HTTP: SES v2's SendEmail for the functions, an inbox page for people.

POST /v2/email/outbound-emails   SendEmail, as AWS clients call it
GET  /                           the inbox page
GET  /messages                   all messages, JSON
GET  /messages/{number}          one: headers, text and HTML parts, attachments, JSON
GET  /messages/{number}/raw      the message as it was sent
POST /_faults                    {kind, times?, recipient?, rate?}: make the next sends fail
DELETE /_faults                  stop that
"""

import json
import re
from dataclasses import asdict
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any, Final

from hotlist_cli.local.drafts import Refused
from hotlist_cli.local.mailbox import Fault, Mailbox, Message, NoAnswer
from hotlist_cli.local.serving import NO_ANSWER, NOT_FOUND, Reply, Request, Server

_SEND: Final = "/v2/email/outbound-emails"
_MESSAGE: Final = re.compile(r"/messages/(\d{1,9})(/raw)?\Z")
_JSON: Final = "application/json"
_PAGE: Final = Path(__file__).with_name("inbox.html")

# The page's script and style are inline. The frame that shows a mail has this policy too, and
# a sandbox without scripts.
_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "connect-src 'self'; img-src data: http: https:; frame-src 'self'"
)


class MailServer(Server):
    """Serves a mailbox on loopback."""

    def __init__(self, mailbox: Mailbox, port: int = 0) -> None:
        self.mailbox = mailbox
        super().__init__("mailbox", lambda request: answer(mailbox, request), port)


def answer(mailbox: Mailbox, request: Request) -> Reply:
    """The reply to a request."""
    if request.path == _SEND and request.method == "POST":
        return _send(mailbox, request)
    if request.path == "/_faults":
        return _fault(mailbox, request)
    if request.method not in ("GET", "HEAD"):
        return Reply(405, b"GET only\n", headers={"Allow": "GET, HEAD"})
    return _show(mailbox, request.path)


def _show(mailbox: Mailbox, path: str) -> Reply:
    if path == "/":
        return Reply(
            body=_page(),
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"},
        )
    messages = mailbox.messages
    if path == "/messages":
        return _json([asdict(message) for message in messages])
    found = _MESSAGE.match(path)
    if found is None or not 1 <= int(found[1]) <= len(messages):
        return NOT_FOUND
    message = messages[int(found[1]) - 1]
    return _raw(mailbox, message) if found[2] else _json(_whole(mailbox, message))


@cache
def _page() -> bytes:
    return _PAGE.read_bytes()


def _send(mailbox: Mailbox, request: Request) -> Reply:
    try:
        given = json.loads(request.body)
    except ValueError as error:
        return _refusal(Refused("SerializationException", str(error)))
    try:
        return _json({"MessageId": mailbox.send(given)})
    except Refused as refused:
        return _refusal(refused)
    except NoAnswer:
        return NO_ANSWER


def _refusal(refused: Refused) -> Reply:
    return Reply(
        refused.status,
        json.dumps({"message": str(refused)}).encode(),
        _JSON,
        {"x-amzn-ErrorType": refused.code},
    )


def _fault(mailbox: Mailbox, request: Request) -> Reply:
    if request.method == "DELETE":
        mailbox.clear_faults()
        return Reply(204)
    try:
        mailbox.add_fault(Fault(**json.loads(request.body)))
    except (TypeError, ValueError) as error:
        return Reply(400, f"{error}\n".encode())
    return Reply(204)


def _json(value: object) -> Reply:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(body=body, content_type=_JSON, headers={"Cache-Control": "no-store"})


def _raw(mailbox: Mailbox, message: Message) -> Reply:
    disposition = f'inline; filename="{message.file}"'
    return Reply(body=mailbox.read(message), headers={"Content-Disposition": disposition})


def _whole(mailbox: Mailbox, message: Message) -> dict[str, Any]:
    mime = mailbox.parse(message)
    return {
        **asdict(message),
        "headers": [[name, str(value)] for name, value in mime.items()],
        "text": part(mime, "plain"),
        "html": part(mime, "html"),
        "attachments": [p.get_filename() for p in mime.iter_attachments()],
        "bytes": len(mailbox.read(message)),
    }


def part(mime: EmailMessage, subtype: str) -> str | None:
    """The text of a message's `plain` or `html` part, or None if it has no such part."""
    body = mime.get_body((subtype,))
    if body is None:
        return None
    content = body.get_content()
    return content if isinstance(content, str) else None
