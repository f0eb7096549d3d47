"""One deployed stack for all end-to-end tests, with a configuration of their own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.api import Api, eventually, somebody
from hotlist.identity.identifiers import EMAIL, subject
from hotlist_cli.local.build import Tools
from hotlist_cli.local.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).parent / "config"


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack, warm: every function of the scoring path has run once."""
    with Stack(Tools(ROOT), config=CONFIG) as running:
        email = somebody()
        answer = Api(running.api_url).submit("contact", name="First", email=email, message="hi")
        assert answer.status == 201, answer
        eventually(lambda: running.mailbox.wait_for(_is_alert, timeout=1), 60)
        yield running


def _is_alert(message: Any) -> bool:
    return "First" in message.subject and "(" in message.subject


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
