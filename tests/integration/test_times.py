"""Times: clients give up, batches end, and messages are parked before their queue drops them."""

import ast
import re
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from cloudformation import ROOT, resources
from hotlist.cards.door import BEGUN_WITHIN, GIVEN_BACK_WITHIN, INDEX_WITHIN
from hotlist.mail.ses import Mailer
from hotlist.rescore.queue import FIRST_WAIT, LONGEST_WAIT, PARKED_AFTER, wait_after
from hotlist.runtime import clients
from hotlist.runtime.clients import PATIENCE, Patience, aws_client
from hotlist.runtime.limits import FOLD_CPU_SECONDS, RESERVE_SECONDS
from hotlist.runtime.passing import is_passing
from hotlist.store.client import open_client

FUNCTIONS = resources("AWS::Serverless::Function")
QUEUE = resources("AWS::SQS::Queue")["RescoreQueue"]
MAPPINGS = resources("AWS::Lambda::EventSourceMapping")
SCORE = FUNCTIONS["ScoreFunction"]

CORES = SCORE["MemorySize"] / 1769
"""Lambda gives a function one core for each 1,769 MB."""

WORST_FOLD = 5.0
"""Seconds of the processor's time that the worst history takes that the door lets in."""


# --- clients ----------------------------------------------------------------------------------


def patience_of(client: Any) -> Patience:
    config = client.meta.config
    return Patience(
        config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]
    )


@pytest.mark.parametrize("service", sorted(PATIENCE))
def test_a_client_has_the_numbers_of_its_service(service: str) -> None:
    client = aws_client(service)
    assert patience_of(client) == PATIENCE[service]
    assert client.meta.config.retries["mode"] == "standard"


def test_captures_client_has_the_numbers_of_dynamodb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotlist.store.client._connect", lambda client, table: None)
    assert patience_of(open_client("events")) == PATIENCE["dynamodb"]


def test_the_mailer_has_the_numbers_of_ses() -> None:
    mailer = Mailer.open("hotlist@example.com", "set")
    assert patience_of(mailer._client) == PATIENCE["sesv2"]
    assert PATIENCE["sesv2"].attempts == 1


def test_no_other_module_makes_a_client() -> None:
    own = {"runtime/clients.py": {"create_client"}}
    package = ROOT / "layers/common/hotlist"
    found = {}
    for file in [*package.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        made = {
            node.attr
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Attribute)
            and node.attr in ("client", "resource", "create_client", "Session")
        }
        if made:
            found[str(file.relative_to(package if package in file.parents else ROOT))] = made
    assert found == own


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_call_that_hangs_ends_and_may_pass(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {**PATIENCE, "dynamodb": Patience(connect=1, read=0.2, attempts=3)}
    monkeypatch.setattr(clients, "PATIENCE", quick)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", silent)
    client = aws_client("dynamodb")
    began = time.monotonic()
    with pytest.raises(ReadTimeoutError) as failed:
        client.query(TableName="events", KeyConditionExpression="subject = :s")
    assert 0.6 <= time.monotonic() - began < quick["dynamodb"].longest
    assert is_passing(failed.value)


# --- functions --------------------------------------------------------------------------------


def test_a_batch_that_stops_has_time_for_what_can_still_happen() -> None:
    """A last fold's work, a call of DynamoDB that hangs, and one of SQS that hangs."""
    worst = WORST_FOLD / CORES + PATIENCE["dynamodb"].longest + PATIENCE["sqs"].longest
    assert worst <= RESERVE_SECONDS


@pytest.mark.parametrize("name", ["ScoreFunction", "NotifyFunction"])
def test_a_batch_has_time_to_begin(name: str) -> None:
    assert FUNCTIONS[name]["Timeout"] >= RESERVE_SECONDS + 2 * PATIENCE["dynamodb"].longest


def test_a_fold_is_given_up_for_its_work_before_the_batch_ends() -> None:
    assert 3 * WORST_FOLD <= FOLD_CPU_SECONDS
    assert SCORE["Timeout"] - RESERVE_SECONDS > 2 * FOLD_CPU_SECONDS / CORES


def test_capture_answers_before_its_end() -> None:
    """A link needs its key and its reward, and then the event is stored."""
    worst = sum(PATIENCE[one].longest for one in ("secretsmanager", "s3", "dynamodb"))
    assert worst < FUNCTIONS["CaptureFunction"]["Timeout"] < 30  # the API waits no longer


def test_a_card_answers_before_its_end() -> None:
    """After `BEGUN_WITHIN` no call begins, and the last one may hang. The key is read before."""
    longest = max(PATIENCE[one].longest for one in ("dynamodb", "sqs"))
    assert PATIENCE["secretsmanager"].longest < BEGUN_WITHIN
    assert GIVEN_BACK_WITHIN + PATIENCE["dynamodb"].longest < FUNCTIONS["CardFunction"]["Timeout"]
    dynamodb = PATIENCE["dynamodb"]
    assert INDEX_WITHIN + dynamodb.connect + dynamodb.read < BEGUN_WITHIN
    assert BEGUN_WITHIN + longest < FUNCTIONS["CardFunction"]["Timeout"] < 30


def test_a_last_letter_has_time_for_its_links() -> None:
    worst = sum(PATIENCE[one].longest for one in ("secretsmanager", "dynamodb", "sqs"))
    assert worst <= RESERVE_SECONDS


# --- the RescoreQueue -------------------------------------------------------------------------


def seconds(time: timedelta) -> int:
    return int(time.total_seconds())


def test_a_message_is_hidden_while_its_batch_can_still_be_tried() -> None:
    assert QUEUE["VisibilityTimeout"] == 6 * SCORE["Timeout"]
    assert MAPPINGS["RescoreMapping"]["BatchSize"] == 5
    assert MAPPINGS["RescoreMapping"]["ScalingConfig"]["MaximumConcurrency"] == 2


def test_a_message_is_parked_by_its_age_before_its_receives_are_used_up() -> None:
    age, receives = timedelta(0), 0
    while age <= PARKED_AFTER:
        receives += 1
        age += wait_after(receives)
    assert receives == 46  # docs/operations.md says so
    assert receives < QUEUE["RedrivePolicy"]["maxReceiveCount"] / 2


def test_a_message_whose_function_dies_each_time_is_tried_as_long() -> None:
    tried = QUEUE["RedrivePolicy"]["maxReceiveCount"] * QUEUE["VisibilityTimeout"]
    assert tried >= seconds(PARKED_AFTER)


def test_a_message_is_parked_long_before_the_queue_drops_it() -> None:
    latest = PARKED_AFTER + LONGEST_WAIT + timedelta(seconds=QUEUE["VisibilityTimeout"])
    assert QUEUE["MessageRetentionPeriod"] == 4 * 86_400
    assert QUEUE["MessageRetentionPeriod"] > 2 * seconds(latest)


def test_sqs_takes_these_waits() -> None:
    assert timedelta(minutes=15) >= FIRST_WAIT  # the longest delay of a message
    assert timedelta(hours=12) >= LONGEST_WAIT  # the longest time that a message can be hidden


def test_streams_and_the_queue_give_up_at_the_same_age() -> None:
    for mapping in MAPPINGS.values():
        if "StreamArn" in str(mapping["EventSourceArn"]):
            assert mapping["MaximumRecordAgeInSeconds"] == seconds(PARKED_AFTER)


# --- the documentation ------------------------------------------------------------------------


def written() -> dict[str, str]:
    """The table of times in docs/operations.md: what is written of each."""
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    table = text[text.index("## Times") :].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", table, re.MULTILINE)
    return {name: value for name, value in rows if name not in ("what", "---")}


def expected() -> dict[str, str]:
    names = {"dynamodb": "DynamoDB", "sqs": "SQS", "sesv2": "SES", "lambda": "Lambda"}
    names |= {"secretsmanager": "Secrets Manager", "s3": "S3"}
    times = {}
    for service, patience in PATIENCE.items():
        attempts = "1 attempt" if patience.attempts == 1 else f"{patience.attempts} attempts"
        times[f"a call of {names[service]}"] = (
            f"connection {patience.connect} s, answer {patience.read} s, {attempts}"
        )
    for name, function in FUNCTIONS.items():
        times[f"the function `{name.removesuffix('Function').lower()}`"] = (
            f"{function['Timeout']} s"
        )
    receives = QUEUE["RedrivePolicy"]["maxReceiveCount"]
    return times | {
        "the end of a batch": f"{RESERVE_SECONDS:.0f} s",
        "the work of one fold": f"{FOLD_CPU_SECONDS:.0f} s",
        "the RescoreQueue: hidden": f"{QUEUE['VisibilityTimeout']} s",
        "the RescoreQueue: waits": f"{seconds(FIRST_WAIT)} s to {seconds(LONGEST_WAIT) // 60} min",
        "the RescoreQueue: parked": f"{seconds(PARKED_AFTER) // 3600} h",
        "the RescoreQueue: kept": (
            f"{QUEUE['MessageRetentionPeriod'] // 86_400} days, {receives} receives"
        ),
        "the streams: given up": (
            f"{MAPPINGS['ScoreEventsMapping']['MaximumRecordAgeInSeconds'] // 3600} h"
        ),
    }


def test_the_times_are_those_of_the_documentation() -> None:
    times = written()
    for name, value in expected().items():
        assert times.get(name) == value, name
