"""Runs functions as Lambda does: on the built layer, with its runtime client, in a new process."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from bench import certificates
from bench.servers import Stub, dynamodb, runtime_api

ROOT: Final = Path(__file__).resolve().parents[1]
LAYER: Final = ROOT / ".build" / "bench" / "python"
FUNCTIONS: Final[Mapping[str, tuple[Path, str]]] = {
    "capture": (ROOT / "functions" / "capture", "app.handler"),
    "bare botocore": (ROOT / "bench" / "rivals", "bare.handler"),
    "powertools": (ROOT / "bench" / "rivals", "powertools.handler"),
}
COLD_BUDGET: Final = 0.47
WARM_BUDGET: Final = 1.10
TLS_BUDGET: Final = 3
_PATIENCE: Final = 120
_TRUSTED: Final = "trusted.pem"
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


class NotMeasured(RuntimeError):
    """A figure cannot be measured on this machine. The message says why."""


@dataclass(frozen=True, slots=True)
class Cold:
    """One cold start: seconds from exec to the first answer, or instructions if counted.

    `requests` are the seconds of each request in order; `connections` those to DynamoDB.
    """

    seconds: float
    instructions: int | None
    requests: tuple[float, ...]
    connections: int


def build() -> None:
    """The built layer for the interpreter that runs the bench, with bytecode as Lambda has it.

    It has the configuration of the tests, so that figures do not depend on a user's own.
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


def environment(code: Path, dynamodb_url: str) -> dict[str, str]:
    """The environment variables of a function, with the stub in the place of DynamoDB."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([*_libraries(code), str(code)]),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb_url,
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_LOG_GROUP_NAME": "g",
        "AWS_LAMBDA_LOG_STREAM_NAME": "s",
        "LAMBDA_TASK_ROOT": str(code),
        "EVENTS_TABLE": "events",
        "ALLOWED_ORIGINS": "https://www.example.com",
        "POWERTOOLS_METRICS_NAMESPACE": "Hotlist/bench",
    }


def _libraries(code: Path) -> list[str]:
    """The folder of libraries: the built layer for our functions, pip's folder for a rival."""
    return [str(LAYER)] if code.parent.name == "functions" else []


def cold(name: str, *, counted: bool = False, requests: int = 1, tls: bool = False) -> Cold:
    """Start a function in a new process and wait for its answers.

    With `tls` DynamoDB has a certificate. The function trusts it beside all those that botocore
    trusts, since to read these is most of the cost of a first connection.

    :raises NotMeasured: if instructions are wanted and valgrind is not installed.
    """
    code, handler = FUNCTIONS[name]
    prefix = valgrind() if counted else []
    with (
        TemporaryDirectory() as folder,
        dynamodb(_certificate(Path(folder)) if tls else None) as stub,
        runtime_api(EVENT, requests) as (api, answers),
    ):
        env = environment(code, stub.url) | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api}"}
        if tls:
            env["AWS_CA_BUNDLE"] = str(Path(folder) / _TRUSTED)
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
    if answers.first_at is None or answers.bodies[0].get("statusCode", 0) // 100 != 2:
        raise AssertionError(f"{name} did not answer: {answers.bodies} {said[-2000:]}")
    return Cold(
        seconds=answers.first_at - began,
        instructions=instructions(said) if counted else None,
        requests=tuple(answers.seconds),
        connections=stub.connections,
    )


def _certificate(folder: Path) -> ssl.SSLContext:
    context, ours = certificates.loopback(folder)
    known = LAYER / "botocore" / "cacert.pem"
    (folder / _TRUSTED).write_bytes(known.read_bytes() + ours.read_bytes())
    return context


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
