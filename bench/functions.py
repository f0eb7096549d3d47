"""Functions as Lambda runs them: the built layer, the real runtime client, a cold process."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from bench.servers import dynamodb, runtime_api

ROOT: Final = Path(__file__).resolve().parents[1]
LAYER: Final = ROOT / ".build" / "bench" / "python"
FUNCTIONS: Final[Mapping[str, tuple[Path, str]]] = {
    "capture": (ROOT / "functions" / "capture", "app.handler"),
    "bare botocore": (ROOT / "bench" / "rivals", "bare.handler"),
    "powertools": (ROOT / "bench" / "rivals", "powertools.handler"),
}
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
    """A figure cannot be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class Cold:
    """One cold start: seconds from exec to the first answer, or instructions if counted."""

    seconds: float
    instructions: int | None


def build() -> None:
    """The layer for the interpreter that runs the bench, with bytecode as Lambda has it."""
    shutil.rmtree(LAYER, ignore_errors=True)
    subprocess.run(
        [sys.executable, ROOT / "layers" / "common" / "build.py", LAYER],
        env={**os.environ, "HOTLIST_TARGET": "host", "HOTLIST_PYTHON": sys.executable},
        check=True,
    )


def environment(code: Path, port: int) -> dict[str, str]:
    """What Lambda gives a function, and the stub in the place of DynamoDB."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([*_libraries(code), str(code)]),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{port}",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_LOG_GROUP_NAME": "g",
        "AWS_LAMBDA_LOG_STREAM_NAME": "s",
        "LAMBDA_TASK_ROOT": str(code),
        "EVENTS_TABLE": "events",
        "ALLOWED_ORIGINS": "https://www.example.com",
    }


def _libraries(code: Path) -> list[str]:
    """Ours run on the layer as it is built; a rival on its libraries as pip installs them."""
    return [str(LAYER)] if code.parent.name == "functions" else []


def cold(name: str, *, counted: bool = False) -> Cold:
    """Start a function in a new process and wait for its first answer.

    :raises NotMeasured: if instructions are wanted and valgrind is not installed.
    """
    code, handler = FUNCTIONS[name]
    prefix = _valgrind() if counted else []
    with dynamodb() as (port, _), runtime_api(EVENT) as (api, answers):
        env = environment(code, port) | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api}"}
        began = perf_counter()
        done = subprocess.run(
            [*prefix, sys.executable, "-m", "awslambdaric", handler],
            env=env,
            cwd=code,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    if answers.first_at is None or answers.bodies[0].get("statusCode", 0) // 100 != 2:
        raise AssertionError(f"{name} did not answer: {answers.bodies} {done.stderr[-2000:]}")
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr) if counted else None
    return Cold(answers.first_at - began, int(found[1].replace(",", "")) if found else None)


def _valgrind() -> list[str]:
    if shutil.which("valgrind") is None:
        raise NotMeasured("valgrind is not installed")
    return ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]


@contextmanager
def warm(name: str) -> Iterator[Any]:
    """Run `bench.loop` with a function in a process of its own; its CPU times by request."""
    code, handler = FUNCTIONS[name]
    with dynamodb() as (port, asked):
        env = environment(code, port)
        env["PYTHONPATH"] += os.pathsep + str(ROOT)
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.loop", handler],
            env=env,
            cwd=code,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield process, asked
        finally:
            process.kill()
            process.wait()
