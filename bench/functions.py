"""Runs functions as Lambda does: on the built layer, with its runtime client, in a new process."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from bench import certificates, visits
from bench.servers import LINK_KEY, Stub, dynamodb, runtime_api
from hotlist.identity.identifiers import subject
from hotlist.links.tokens import Key, Purpose, Token, sign

ROOT: Final = Path(__file__).resolve().parents[1]
LAYER: Final = ROOT / ".build" / "bench" / "python"
TRUST: Final = LAYER.parent / "trust"
OURS: Final = ("capture", "score", "notify", "digest", "card")
RIVALS: Final = ("bare botocore", "powertools")
"""What capture is compared with."""
FUNCTIONS: Final[Mapping[str, tuple[Path, str]]] = {
    **{name: (ROOT / "functions" / name, "app.handler") for name in OURS},
    "bare botocore": (ROOT / "bench" / "rivals", "bare.handler"),
    "powertools": (ROOT / "bench" / "rivals", "powertools.handler"),
}
COLD_BUDGET: Final = 0.45
WARM_BUDGET: Final = 1.10
TLS_BUDGET: Final = 3
_PATIENCE: Final = 120
_TRUSTED: Final = "trusted.pem"
_QUEUE: Final = "https://sqs.eu-central-1.amazonaws.com/123456789012/queue"
_AWS: Final = [
    f"{name}.eu-central-1.amazonaws.com" for name in ("dynamodb", "sqs", "lambda", "secretsmanager")
]
CONTACT: Final = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "company": "Engines Ltd",
    "company_size": 50,
    "role": "director",
    "message": "Please call me about your machines.",
}
EVENT: Final[dict[str, Any]] = {
    "version": "2.0",
    "routeKey": "POST /forms/{form}",
    "rawPath": "/forms/contact",
    "rawQueryString": "",
    "headers": {
        "content-type": "application/json",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0",
        "accept-language": "pl-PL,pl;q=0.9",
    },
    "pathParameters": {"form": "contact"},
    "requestContext": {
        "domainName": "api.example.com",
        "stage": "$default",
        "requestId": "r",
        "http": {"method": "POST", "path": "/forms/contact"},
    },
    "body": json.dumps(CONTACT),
    "isBase64Encoded": False,
}


def card_link() -> str:
    """The token of a card, as a mail of this day has it."""
    lead, day = subject("email", "ada@example.org"), datetime.now(UTC).date()
    return sign(Token(Purpose.CARD, lead, day, recipient="anna"), Key("1", LINK_KEY))


CARD: Final[dict[str, Any]] = {
    "version": "2.0",
    "routeKey": "GET /leads/{token}",
    "rawPath": f"/leads/{card_link()}",
    "rawQueryString": "",
    "headers": {"accept": "text/html", "accept-language": "pl-PL,pl;q=0.9"},
    "pathParameters": {"token": card_link()},
    "requestContext": {
        "domainName": "api.example.com",
        "stage": "$default",
        "requestId": "r",
        "http": {"method": "GET", "path": f"/leads/{card_link()}"},
    },
    "isBase64Encoded": False,
}


def _view() -> dict[str, Any]:
    """A page view of a visitor whom nobody knows."""
    (record,) = visits.records(1)
    visitor = {"S": subject("visitor", "0190a1b2-7c3d-7000-8e4f-5a6b7c8d9e0f")}
    for item in (record["dynamodb"]["Keys"], record["dynamodb"]["NewImage"]):
        item["subject"] = visitor
    return record


EVENTS: Final[Mapping[str, dict[str, Any]]] = {
    "score": {"Records": [_view()]},
    "notify": {"Records": [_view()]},
    "digest": {"time": "2026-03-02T03:00:00Z"},
    "card": CARD,
}
"""What else than a form a function is first given: a view, which notify has nothing to say of, an
hour in which nobody gets a hot list, and the link of a card on a device that is not confirmed."""


class NotMeasured(RuntimeError):
    """A figure cannot be measured on this machine. The message says why."""


@dataclass(frozen=True, slots=True)
class Cold:
    """One cold start: seconds from exec to the first answer, or instructions if counted.

    `requests` are the seconds of each request in order, `operations` what DynamoDB was asked.
    """

    seconds: float
    instructions: int | None
    requests: tuple[float, ...]
    operations: tuple[str, ...]


def build() -> None:
    """The built layer for the interpreter that runs the bench, with bytecode as Lambda has it.

    It has the configuration of the tests, so that figures do not depend on a user's own. And it
    trusts the bench's authority beside all that Lambda's layer does: with Amazon's roots as in the
    whole bundle there is one certificate more to read.
    """
    shutil.rmtree(LAYER, ignore_errors=True)
    subprocess.run(
        [sys.executable, ROOT / "layers" / "common" / "build.py", LAYER],
        env={**os.environ, "HOTLIST_TARGET": "host", "HOTLIST_PYTHON": sys.executable},
        check=True,
    )
    subprocess.run(
        [sys.executable, "-m", "hotlist_cli.config", LAYER, "--config", ROOT / "tests" / "config"],
        check=True,
    )
    TRUST.mkdir(exist_ok=True)
    certificates.make(TRUST, *_AWS)
    authority = (TRUST / certificates.AUTHORITY).read_bytes()
    whole, roots = LAYER / "botocore" / "cacert.pem", LAYER / "hotlist" / "runtime" / "amazon.pem"
    roots.write_bytes(roots.read_bytes() + authority)
    (TRUST / _TRUSTED).write_bytes(whole.read_bytes() + authority)


def environment(code: Path, url: str) -> dict[str, str]:
    """The environment variables of a function, with the stub in the place of AWS.

    By HTTPS a function finds the stub under the names of AWS. A rival is told of the authority:
    it has the whole bundle, as it does on Lambda.
    """
    return {
        "PATH": os.environ["PATH"],
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_LOG_GROUP_NAME": "g",
        "AWS_LAMBDA_LOG_STREAM_NAME": "s",
        "LAMBDA_TASK_ROOT": str(code),
        "POWERTOOLS_METRICS_NAMESPACE": "Hotlist/bench",
        **{f"{name}_TABLE": name for name in ("EVENTS", "LEADS", "IDENTITIES", "DELIVERIES")},
        **{f"{name}_QUEUE_URL": _QUEUE for name in ("RESCORE", "OUTBOX", "FAILURE")},
        "OUTBOX_DEAD_LETTERS_URL": _QUEUE,
        "ALLOWED_ORIGINS": "https://www.example.com",
        "SENDER": "hotlist@example.com",
        "CONFIGURATION_SET": "set",
        "MAIL_LEASE_SECONDS": "900",
        "MAILS_PER_HOUR": "60",
        "LINK_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:links-a1b2c3",
        "REWARDS_BUCKET": "rewards",
        "PUBLIC_URL": "https://api.example.com",
        **{
            f"{name}_MAPPING": "91eaeb7e-c976-4939-9430-8f6d9a5ab1ea"
            for name in ("SCORE_EVENTS", "SCORE_GATHERED", "NOTIFY_ALERTS", "RESCORE", "OUTBOX")
        },
        **_found(code, url),
    }


def _found(code: Path, url: str) -> dict[str, str]:
    """How a function finds the stub, and trusts it."""
    if not url.startswith("https://"):
        return {"PYTHONPATH": _path(code), "AWS_ENDPOINT_URL": url}
    given = {
        "PYTHONPATH": _path(code, ROOT / "bench" / "loopback"),
        "BENCH_TLS_PORT": url.rpartition(":")[2],
    }
    return given if _is_ours(code) else given | {"AWS_CA_BUNDLE": str(TRUST / _TRUSTED)}


def _path(code: Path, *more: Path) -> str:
    """The folders of modules: the built layer for our functions, pip's folder for a rival."""
    return os.pathsep.join(map(str, [*([LAYER] if _is_ours(code) else []), code, *more]))


def _is_ours(code: Path) -> bool:
    return code.parent.name == "functions"


def cold(name: str, *, counted: bool = False, requests: int = 1, tls: bool = False) -> Cold:
    """Start a function in a new process and wait for its answers. With `tls` AWS has a certificate.

    :raises NotMeasured: if instructions are wanted and valgrind is not installed.
    """
    code, handler = FUNCTIONS[name]
    prefix = valgrind() if counted else []
    with (
        dynamodb(certificates.server(TRUST) if tls else None) as stub,
        runtime_api(EVENTS.get(name, EVENT), requests) as (api, answers),
    ):
        env = environment(code, stub.url) | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api}"}
        began = perf_counter()
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "awslambdaric", handler],
            env=env,
            cwd=code,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        answers.given.wait(timeout=_PATIENCE)
        process.terminate()  # before Python takes itself down, which is no part of a start
        _, said = process.communicate(timeout=_PATIENCE)
    if answers.first_at is None or not _is_good(answers.bodies[0]):
        raise AssertionError(f"{name} did not answer: {answers.bodies} {said[-2000:]}")
    return Cold(
        seconds=answers.first_at - began,
        instructions=instructions(said) if counted else None,
        requests=tuple(answers.seconds),
        operations=tuple(stub.operations),
    )


def _is_good(answer: dict[str, Any]) -> bool:
    """Whether a request succeeded, and every record of a batch."""
    return answer.get("statusCode", 200) // 100 == 2 and not answer.get("batchItemFailures")


def valgrind() -> list[str]:
    if shutil.which("valgrind") is None:
        raise NotMeasured("valgrind is not installed")
    return ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]


def instructions(report: str) -> int:
    found = re.search(r"I\s+refs:\s+([\d,]+)", report)
    if found is None:
        raise AssertionError(f"valgrind counted nothing: {report[-2000:]}")
    return int(found[1].replace(",", ""))


@contextmanager
def warm(name: str) -> Iterator[tuple[Any, Stub]]:
    """The CPU seconds of each request, with a function run by `bench.loop` in its own process."""
    code, handler = FUNCTIONS[name]
    with dynamodb() as stub:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.loop", handler],
            env=_with_bench(environment(code, stub.url)),
            cwd=code,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield process, stub
        finally:
            process.kill()
            process.wait()


class Worker:
    """A warm function in a process of its own, on the built layer, given one event at a time."""

    def __init__(self, handler: str, code: Path, url: str, *, layer: bool = True) -> None:
        env = environment(code, url)
        if layer:
            env["PYTHONPATH"] = os.pathsep.join([str(LAYER), str(code)])
        env["PYTHONPATH"] += os.pathsep + str(ROOT)
        self._folder = TemporaryDirectory()
        self._file = Path(self._folder.name) / "event.json"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", handler],
            env=env,
            cwd=code,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._line()  # it is ready

    def give(self, event: Any) -> dict[str, Any]:
        """The processor's and the clock's seconds (`cpu`, `wall`), `logged` bytes, the `answer`."""
        self._file.write_text(json.dumps(event), encoding="utf-8")
        if self._process.stdin is not None:
            self._process.stdin.write(f"{self._file}\n")
            self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._line())
        if isinstance(found["answer"], dict) and not _is_good(found["answer"]):
            raise AssertionError(f"not everything was done: {str(found['answer'])[:300]}")
        return found

    def _line(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise AssertionError("the function's process has ended; its error is above")
        return line

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


@contextmanager
def worker(name: str, stub: Stub) -> Iterator[Worker]:
    """One of our functions, or a rival by the name of its module."""
    is_ours = name in OURS
    code = ROOT / "functions" / name if is_ours else ROOT / "bench" / "rivals"
    handler = "app.handler" if is_ours else f"{name}.handler"
    started = Worker(handler, code, stub.url, layer=is_ours or name == "calls")
    try:
        yield started
    finally:
        started.close()


def warm_instructions(name: str) -> float:
    """Instructions of one warm request. :raises NotMeasured: if valgrind is not installed."""
    code, handler = FUNCTIONS[name]
    command = [*valgrind(), sys.executable, "-m", "bench.loop", handler]
    counts = []
    for requests in (20, 120):
        with dynamodb() as stub:
            done = subprocess.run(
                command,
                env=_with_bench(environment(code, stub.url)),
                cwd=code,
                capture_output=True,
                input=f"{requests}\n",
                text=True,
                timeout=300,
                check=True,
            )
        counts.append(instructions(done.stderr))
    return (counts[1] - counts[0]) / 100


def _with_bench(env: dict[str, str]) -> dict[str, str]:
    return env | {"PYTHONPATH": os.pathsep.join([env["PYTHONPATH"], str(ROOT)])}
