"""`hotlist forms try`: a test submission of a form, sent to the deployed API."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import typer

from hotlist.capture.context import NAMES
from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.events.vocabulary import ENVELOPE
from hotlist_cli import plausible
from hotlist_cli.config import read_text
from hotlist_cli.rules.output import cell, say

_SECONDS: Final = 15
_MOST_BYTES: Final = 65_536

_UNASKED: Final = "  (no field of the form: kept beside the answers)"
_CHECK_URL: Final = "Check --url. The local stack prints its own address: run `make up`."
_HINTS: Final = {
    301: "The API is at another address: give that one.",
    404: "Deploy the configuration that has this form, or check --url.",
    429: "The API is busy. Try again in a moment.",
    500: "The function failed. Its log has the reason.",
    503: "Nothing is stored. Try again in a moment.",
}

app = typer.Typer(help="The forms of landing pages.", rich_markup_mode="rich")


class Answered(NamedTuple):
    """What an API has answered: a status, the type of the body, the body, and where it sends to."""

    status: int
    content_type: str
    body: bytes
    location: str = ""

    def said(self) -> Mapping[str, Any]:
        """The body as a JSON object; an empty one if it is none."""
        if "json" not in self.content_type:
            return {}
        try:
            said = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}


class _NoRedirects(HTTPRedirectHandler):
    """A redirect is an answer: following it would send no form."""

    def redirect_request(self, *_: Any) -> None:
        return None


@app.callback()
def forms() -> None:
    """The forms of landing pages."""


@app.command("try")
def try_form(
    name: Annotated[str, typer.Argument(help="name of the form in forms.yaml")],
    url: Annotated[str, typer.Option(help="address of the API: the stack's output ApiUrl")],
    folder: Annotated[Path, typer.Option("--config", help="folder of the YAML")] = Path("config"),
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="send this value; twice for one name: both. Empty: none"
        ),
    ] = None,
) -> None:
    """Send a plausible submission of a form as a test, and show what is answered.

    A test is checked and stored as any other submission, and its mail says TEST.
    It makes no lead, gives no points, and is deleted after 30 days.
    No consent is given, unless by --field.

    Exit status: 0 if it was stored, 1 if not, 2 for a wrong call.
    """
    address = f"{_base(url)}/forms/{quote(name, safe='')}?hotlist_test=1"
    form = _form(name, folder / "forms.yaml")
    sent = plausible.submission(form, datetime.now(UTC).date()) | _given(field or [])
    say(f"{cell(name)}, as a test, to {cell(address)}")
    for one, value in sent.items():
        shown = json.dumps(value, ensure_ascii=False)
        say(f"  {cell(one)}: {cell(shown)}{'' if _is_asked(form, one) else _UNASKED}")
    answered = _post(address, sent)
    if answered.status == 201 and (event_id := answered.said().get("event_id")):
        say(f"Stored. Event {cell(event_id)}")
        return
    _fail(*_refusal(answered))


def _base(url: str) -> str:
    """The address of the API, without a path of a form that somebody has copied with it."""
    base = url.strip().partition("?")[0].rstrip("/").partition("/forms/")[0]
    try:
        parts = urlsplit(base)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and base.isprintable()
        _ = parts.port
    except ValueError:
        is_one = False
    if not is_one or not base.isascii() or " " in base:
        raise typer.BadParameter(
            f"{cell(url)} is no address of an API; write it as in https://api.example.com",
            param_hint="--url",
        )
    return base


def _given(pairs: list[str]) -> dict[str, Any]:
    """The values of `--field`: a text, or a list where a name stands several times."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise typer.BadParameter(
                f"{cell(pair)} has no name and value; write --field name=value",
                param_hint="--field",
            )
        if name in found:
            before = found[name]
            found[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[name] = value
    return found


def _form(name: str, file: Path) -> Mapping[str, Any]:
    """The checked form; without one the command ends with the reason."""
    try:
        forms = compile_forms(read_text(file), str(file))
    except OSError as error:
        _fail(f"{file}: cannot be read: {error.strerror}; name its folder with --config")
    except BadConfig as error:
        _fail(str(error))
    if name not in forms:
        _fail(f"{file} has no form {cell(name)}; it has {', '.join(forms) or 'none'}")
    form: Mapping[str, Any] = forms[name]
    return form


def _is_asked(form: Mapping[str, Any], name: str) -> bool:
    """Whether the form declares it, or Hotlist itself reads it."""
    named = (*form["fields"], *NAMES, *ENVELOPE, form.get("honeypot"))
    return name in named or name.startswith(("consent_", "consents["))


def _post(address: str, sent: Mapping[str, Any]) -> Answered:
    """What is answered; where nothing answers, the command ends with the reason."""
    request = Request(  # noqa: S310 - http or https, see `_base`
        address,
        data=json.dumps(sent).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    try:
        try:
            answer = build_opener(_NoRedirects).open(request, timeout=_SECONDS)
        except HTTPError as error:
            answer = error
        with answer:
            found = answer.headers
            return Answered(
                answer.status,
                found.get("Content-Type", ""),
                answer.read(_MOST_BYTES),
                found.get("Location", ""),
            )
    except (OSError, HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        _fail(
            f"{address}: no answer: {cell(getattr(reason, 'strerror', None) or reason)}",
            _CHECK_URL,
        )


def _refusal(answered: Answered) -> list[str]:
    """What is said of a submission that is not stored, line by line."""
    said = answered.said()
    title = said.get("title") or said.get("message")
    if not title:
        to = f", which sends to {cell(answered.location)}" if answered.location else ""
        title = f"this is no answer of Hotlist{to}"
    lines = [f"Refused ({answered.status}): {cell(title)}"]
    errors = said.get("errors")
    lines += [
        f"  {cell(one.get('field'))}: {cell(one.get('reason'))}"
        for one in (errors if isinstance(errors, list) else [])
        if isinstance(one, dict)
    ]
    status = 301 if 300 <= answered.status < 400 else answered.status
    hint = _HINTS.get(status, "" if said else _CHECK_URL)
    return [*lines, hint] if hint else lines


def _fail(*lines: str) -> NoReturn:
    for line in lines:
        print(line, file=sys.stderr)
    raise typer.Exit(1)
