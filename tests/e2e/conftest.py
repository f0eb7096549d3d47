"""The order of the end-to-end tests. Their stack is that of tests/conftest.py."""

from pathlib import Path

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests come last, in their random order: unit tests close all sockets meanwhile."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.is_relative_to(here))
