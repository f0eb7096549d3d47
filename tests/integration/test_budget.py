"""What a start of capture may cost: instructions, which repeat where seconds do not."""

import shutil

import pytest
from bench import functions


@pytest.fixture(scope="module")
def layer() -> None:
    """The layer as Lambda has it, for the Python that runs the tests."""
    functions.build()


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_a_cold_start_is_less_than_half_of_powertools(layer: None) -> None:
    ours = functions.cold("capture", counted=True).instructions
    theirs = functions.cold("powertools", counted=True).instructions
    assert ours is not None
    assert theirs is not None
    assert ours / theirs <= functions.COLD_BUDGET


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_a_warm_request_is_little_more_than_its_put(layer: None) -> None:
    ours = functions.warm_instructions("capture")
    bare = functions.warm_instructions("bare botocore")
    assert ours / bare <= functions.WARM_BUDGET
