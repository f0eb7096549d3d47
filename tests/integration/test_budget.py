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
    """By TLS, as on Lambda: to read the certificates that each trusts is part of its start."""
    ours = functions.cold("capture", counted=True, tls=True).instructions
    theirs = functions.cold("powertools", counted=True, tls=True).instructions
    assert ours is not None
    assert theirs is not None
    assert ours / theirs <= functions.COLD_BUDGET


@pytest.mark.parametrize("name", functions.OURS)
def test_every_function_answers_on_the_layer_and_trusts_amazons_roots(
    name: str, layer: None
) -> None:
    """The bench's authority is among these roots alone, so no other bundle leads to an answer."""
    assert functions.cold(name, tls=True).operations[0] == "PutItem"


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_a_warm_request_is_little_more_than_its_put(layer: None) -> None:
    ours = functions.warm_instructions("capture")
    bare = functions.warm_instructions("bare botocore")
    assert ours / bare <= functions.WARM_BUDGET
