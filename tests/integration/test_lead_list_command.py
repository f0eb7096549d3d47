"""`hotlist lead list`: today's list in a terminal, from the tables as they are."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from hotlist_cli import previews, rewards
from hotlist_cli.__main__ import main
from integration.stages import stacks
from integration.stages.digest import Digest

CONFIG: Final = str(Path(__file__).parents[2] / "tests" / "config")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(digest: Digest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    settings = digest.app.settings
    outputs = {
        f"{name.capitalize()}Table": getattr(settings, f"{name}_table") for name in previews.TABLES
    }

    def client(service: str, *_: Mapping[str, str]) -> Any:
        return stacks.client({"mine": outputs}, service)

    monkeypatch.setattr(rewards, "client", client)
    monkeypatch.setenv("COLUMNS", "200")

    def run_(*given: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["lead", "list", *given, "--stack", "mine", "--config", CONFIG])
        return status, *capsys.readouterr()

    return run_


@pytest.fixture
def leads(digest: Digest) -> tuple[str, str]:
    now = datetime.now(UTC).replace(microsecond=0)
    digest.at(now)
    hot = digest.lead("ada@example.org", now - timedelta(hours=2), company="Engines [bold]Ltd")
    other = digest.lead("bo@example.org", now - timedelta(hours=1))
    return hot, other


def test_the_list_is_drawn(run: Run, leads: tuple[str, str]) -> None:
    status, said, err = run()
    assert (status, err) == (0, "")
    assert "2 waiting, 0 answered, 0 warm" in said
    assert "Engines [bold]Ltd" in said
    status, said, _ = run("--recipient", "anna")
    assert "czeka: 2" in said


def test_the_list_is_json_for_programs_and_changes_nothing(
    run: Run, leads: tuple[str, str], digest: Digest
) -> None:
    table = digest.app.settings.leads_table
    before = boto3.client("dynamodb").scan(TableName=table)["Items"]
    status, said, _ = run("--json")
    assert status == 0
    made = json.loads(said)
    assert (made["count"], made["is_all"]) == (2, True)
    assert {one["lead_id"] for one in made["leads"]} == {*leads}
    assert all(one["temperature"] == "hot" and not one["is_answered"] for one in made["leads"])
    assert boto3.client("dynamodb").scan(TableName=table)["Items"] == before


def test_nobody_is_hot(run: Run) -> None:
    assert run() == (0, "No lead is hot or warm now.\n", "")


def test_a_recipient_who_is_not_there_is_told(run: Run) -> None:
    status, said, err = run("--recipient", "nobody")
    assert (status, said) == (1, "")
    assert "nobody" in err
