"""`hotlist forms try` sends a test submission and says what was answered."""

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import typer
from pytest_socket import enable_socket, socket_allow_hosts

from gateway import Gateway
from hotlist.capture.capture import Capture
from hotlist.capture.http import Request
from hotlist.config.forms_schema import compile_forms
from hotlist.events.vocabulary import INTERNAL
from hotlist_cli.__main__ import app, main
from posted import Kept

FORMS: Final = """
contact:
  type: contact_requested
  honeypot: hp_confirm
  fields:
    email: {type: email, required: true}
    size: {type: integer, min: 3, max: 9}
    topics: {type: choices, options: [roof, walls, cellar], min: 2}
    message: {type: message, required: true}
  consents:
    email: {version: "1", text: You may write to me.}
"""
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[Application], str]]:
    """Serves an application on the loopback interface while the test runs; gives its address."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1"])
    running = []

    def start(application: Application) -> str:
        server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "forms.yaml").write_text(FORMS, "utf-8")
    return tmp_path


class Api:
    """The command against capture itself; `events` were stored, `queries` came with requests."""

    def __init__(self, serve: Callable[[Application], str], config: Path) -> None:
        store, self.queries = Kept(), list[Any]()
        self.events, self._config = store.events, config
        capture = Capture(store, compile_forms(FORMS), [])

        def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
            self.queries.append(event.get("queryStringParameters"))
            return capture.answer(Request.of(event), datetime.now(UTC))

        self.url = serve(Gateway(handler, []))

    def run(self, *options: str, url: str | None = None) -> int:
        address = ["--url", url or self.url, "--config", str(self._config)]
        return main(["forms", "try", "contact", *address, *options])


@pytest.fixture
def api(serve: Callable[[Application], str], config: Path) -> Api:
    return Api(serve, config)


def answering(
    status: str, body: bytes = b"", kind: str = "application/json", **headers: str
) -> Application:
    def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start(status, [("Content-Type", kind), *headers.items()])
        return [body]

    return application


def test_a_submission_is_stored_as_a_test_and_shown(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    assert api.run() == 0
    (event,) = api.events
    assert api.queries == [{"hotlist_test": "1"}]
    assert event.is_test
    assert event.flags == {INTERNAL}
    assert event.email == "hotlist.test@example.com"
    assert event.properties["size"] == 3
    assert event.properties["topics"] == ["roof", "walls"]
    out = capsys.readouterr().out
    assert event.event_id in out
    assert "size: 3" in out
    assert "hotlist.test@example.com" in out


@pytest.mark.parametrize("rest", ["/", "/forms/contact", "/forms/contact?x=1", "?x=1"])
def test_an_address_is_taken_with_what_was_copied_with_it(api: Api, rest: str) -> None:
    assert api.run(url=api.url + rest) == 0
    assert api.queries == [{"hotlist_test": "1"}]


def test_fields_are_overridden(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["size=7", "topics=walls", "topics=cellar", "consent_email=yes", "budget=a=b"]
    assert api.run(*(word for one in given for word in ("--field", one))) == 0
    (event,) = api.events
    assert event.properties["size"] == 7
    assert event.properties["topics"] == ["walls", "cellar"]
    assert str(event.properties["consents"]).startswith("{'email'")
    assert event.texts["extra"] == {"budget": "a=b"}
    out = capsys.readouterr().out
    assert 'budget: "a=b"  (no field of the form' in out
    assert out.count("(no field of the form") == 1


def test_each_wrong_field_is_shown(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert api.run("--field", "email=nobody", "--field", "message=") == 1
    assert api.events == []
    err = capsys.readouterr().err
    assert "Refused (422)" in err
    assert "  email: this is not an e-mail address" in err
    assert "  message: this field is required" in err


def test_errors_come_in_the_language_that_is_asked_for(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    assert api.run("--field", "email=", "--field", "language=pl") == 1
    said = capsys.readouterr()
    assert "  email: To pole jest wymagane." in said.err
    assert "no field of the form" not in said.out


def test_nothing_listens(
    serve: Callable[[Application], str], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "http://127.0.0.1:9"  # discard: nobody listens there
    assert main(["forms", "try", "contact", "--url", address, "--config", str(config)]) == 1
    err = capsys.readouterr().err
    assert f"{address}/forms/contact?hotlist_test=1: no answer: Connection refused" in err
    assert "Check --url" in err


@pytest.mark.parametrize(
    ("application", "said"),
    [
        (
            answering("404 Not Found", b'{"title": "There is no such form.", "status": 404}'),
            ["Refused (404): There is no such form.", "Deploy the configuration"],
        ),
        (
            answering("503 Unavailable", b'{"title": "Not stored; send it again."}'),
            ["Refused (503): Not stored", "Try again in a moment."],
        ),
        (
            answering("429 Too Many", b'{"message": "Too Many Requests"}'),
            ["Refused (429): Too Many Requests", "The API is busy."],
        ),
        (
            answering("200 OK", b"<h1>Welcome</h1>", "text/html"),
            ["Refused (200): this is no answer of Hotlist", "Check --url"],
        ),
        (answering("201 Created", b"{}"), ["Refused (201): this is no answer of Hotlist"]),
        (answering("201 Created", b"[" * 65_000), ["Refused (201): this is no answer of Hotlist"]),
        (answering("201 Created", b'"\xff'), ["Refused (201): this is no answer of Hotlist"]),
        (
            answering("301 Moved", Location="https://api.example.com/x"),
            ["Refused (301)", "sends to https://api.example.com/x", "give that one"],
        ),
        (
            answering("308 Moved", Location="https://api.example.com/x"),
            ["Refused (308)", "sends to https://api.example.com/x", "give that one"],
        ),
        (
            answering("400 Bad", b'{"title": "\\u001b[31mred", "errors": [1, {}, {"field": 2}]}'),
            ["Refused (400): \\x1b[31mred"],
        ),
    ],
)
def test_every_other_answer_is_told_and_is_a_failure(
    serve: Callable[[Application], str],
    config: Path,
    application: Application,
    said: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = serve(application)
    assert main(["forms", "try", "contact", "--url", url, "--config", str(config)]) == 1
    err = capsys.readouterr().err
    assert all(one in err for one in said), err
    assert "\x1b" not in err


def test_a_form_that_there_is_not(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://api.example.com"
    assert main(["forms", "try", "contcat", "--url", url, "--config", str(config)]) == 1
    assert "has no form contcat; it has contact" in capsys.readouterr().err


def test_a_configuration_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["forms", "try", "contact", "--url", "https://api.example.com", "--config"]
    assert main([*given, str(tmp_path)]) == 1
    assert "forms.yaml: cannot be read: No such file" in capsys.readouterr().err
    (tmp_path / "forms.yaml").write_text("contact: {fields: {}}", "utf-8")
    assert main([*given, str(tmp_path)]) == 1
    assert "forms.yaml:1:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    ["api.example.com", "ftp://x", "https://", "https://a b", "http://x:y", "http://[", "", "\0"],
)
def test_what_is_no_address_is_a_wrong_call(
    config: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forms", "try", "contact", "--url", url, "--config", str(config)]) == 2
    assert "--url" in capsys.readouterr().err


@pytest.mark.parametrize("field", ["email", "=x", ""])
def test_what_is_no_value_is_a_wrong_call(
    config: Path, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--url", "https://api.example.com", "--config", str(config), "--field", field]
    assert main(["forms", "try", "contact", *given]) == 2
    assert "--field" in capsys.readouterr().err


def test_every_option_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "forms.md").read_text("utf-8")
    command: Any = typer.main.get_command(app)
    options = [
        one
        for parameter in command.commands["forms"].commands["try"].params
        for one in parameter.opts
        if one.startswith("--")
    ]
    assert {"--url", "--config", "--field"} <= {*options}
    assert [one for one in options if one != "--help" and one not in page] == []
