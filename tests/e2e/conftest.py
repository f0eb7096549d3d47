"""One deployed stack for all end-to-end tests, with a configuration of their own."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from e2e.api import Api, somebody
from hotlist.identity.identifiers import EMAIL, subject
from hotlist_cli.local.build import Tools
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).parent / "config"


LEASE = timedelta(seconds=15)
"""How long an unknown outcome waits here for SES's word."""


@dataclass
class Cold:
    """What it was like when no function had run before: seconds from a form to its mail.

    `busy` says how many times longer a process takes than the work that it does: others had the
    processors meanwhile.
    """

    lags: dict[str, float] = field(default_factory=dict)
    busy: float = 1.0

    def look(self) -> None:
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", "import boto3"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.busy = max(self.busy, (time.monotonic() - began) / worked)


@pytest.fixture(scope="session")
def cold() -> Cold:
    return Cold()


@pytest.fixture(scope="session")
def stack(cold: Cold) -> Iterator[Stack]:
    """The stack, warm: every function of the scoring path has run once."""
    parameters = {"MailLeaseSeconds": str(LEASE.seconds)}
    with Stack(Tools(ROOT), config=CONFIG, parameters=parameters) as running:
        cold.look()
        began = time.monotonic()
        api = Api(running.api_url)
        forms = [("message", "contact", {"message": "hi"}), ("alert", "ebook", {"role": "buyer"})]
        for name, form, said in forms:
            answer = api.submit(form, name=f"First {name}", email=somebody(), **said)
            assert answer.status == 201, answer
        for name in ("message", "alert"):

            def is_first(message: Message, name: str = name) -> bool:
                return f"First {name}" in message.subject and message.to == ("ben@shop.example",)

            assert running.mailbox.wait_for(is_first, timeout=60)
            cold.lags[name] = time.monotonic() - began
        cold.look()
        yield running


@pytest.fixture
def api(stack: Stack) -> Api:
    return Api(stack.api_url)


@pytest.fixture(autouse=True)
def nothing_parked(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test may leave a record in the failure queue: whoever expects one takes it out."""
    yield
    if "stack" in request.fixturenames:
        assert parked(request.getfixturevalue("stack")) == []


def parked(stack: Stack) -> list[dict[str, Any]]:
    """What is in the failure queue; it is empty afterwards."""
    sqs, url = stack.client("sqs"), stack.name("FailureQueue")
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def lead_id(email: str) -> str:
    return subject(EMAIL, email)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests come last, in their random order: unit tests close all sockets meanwhile."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.is_relative_to(here))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Show what the functions logged where a test fails."""
    report = yield
    running = getattr(item, "funcargs", {}).get("stack")
    if report.failed and running is not None:
        report.sections.append(("functions' log", "\n".join(running.logs()[-60:])))
    return report
