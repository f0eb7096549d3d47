"""One deployed stack for all tests of a run: those of tests/browser and tests/e2e."""

from collections.abc import Iterator
from typing import Any

import pytest

from e2e.api import Api
from e2e.one_stack import Cold, parked, warm_stack
from hotlist_cli.local.stack import Stack


@pytest.fixture(scope="session")
def cold() -> Cold:
    return Cold()


@pytest.fixture(scope="session")
def running_stack(cold: Cold) -> Iterator[Stack]:
    with warm_stack(cold) as running:
        yield running


@pytest.fixture
def stack(running_stack: Stack) -> Iterator[Stack]:
    """No test may leave a record in the failure queue: whoever expects one takes it out."""
    yield running_stack
    assert parked(running_stack) == []


@pytest.fixture
def api(stack: Stack) -> Api:
    return Api(stack.api_url)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Show what the functions logged where a test fails."""
    report = yield
    running = getattr(item, "funcargs", {}).get("running_stack")
    if report.failed and running is not None and running.ministack.running:
        report.sections.append(("functions' log", "\n".join(running.logs()[-60:])))
    return report
