"""`hotlist lead list`: today's list in a terminal, from the tables as they are."""

import json
import re
import shutil
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

    def run_(*given: str, config: str = CONFIG) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["lead", "list", *given, "--stack", "mine", "--config", config])
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
    assert "2 hot and waiting, 0 hot and answered, 0 warm" in said
    assert "Engines [bold]Ltd" in said
    status, said, _ = run("--recipient", "anna")
    assert "czekają: 2" in said


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


def test_no_blank_of_a_time_or_number_is_shown_as_a_code(
    run: Run, leads: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns in ("40", "80", "240"):
        monkeypatch.setenv("COLUMNS", columns)
        for more in ((), ("--recipient", "anna"), ("--recipient", "ben")):
            _, said, _ = run(*more)
            assert "ada@example.org" in said
            assert not any(one in said for one in ("\\x", "\\u", "\xa0", "\u202f"))
    assert re.search(r"\d:\d\d [AP]M", run()[1])


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_each_width_shows_whole_words(
    run: Run, leads: tuple[str, str], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    _, said, _ = run()
    assert max(map(len, said.splitlines())) <= columns
    for word in ("ada@example.org", "bo@example.org", "[bold]Ltd", "intent", "direct visit"):
        assert word in said
    assert ("Points: " in said) == (columns < 200)


def test_a_lead_that_has_dropped_out_cuts_nothing(
    run: Run, leads: tuple[str, str], digest: Digest
) -> None:
    client = boto3.client("dynamodb")
    client.update_item(
        TableName=digest.app.settings.leads_table,
        Key={"lead_id": {"S": leads[0]}},
        UpdateExpression="REMOVE stage",
    )
    made = json.loads(run("--json")[1])
    assert (made["count"], made["is_all"], len(made["leads"])) == (1, True, 1)
    assert "first" not in run()[1]


def test_ones_own_list_has_the_leads_of_somebody_whose_mail_is_turned_off(
    run: Run, leads: tuple[str, str], digest: Digest, tmp_path: Path
) -> None:
    text = (Path(CONFIG) / "sales.yaml").read_text("utf-8")
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    assert "id: anna" in text
    (folder / "sales.yaml").write_text(text.replace("id: anna", "id: anna\n    list: own"), "utf-8")
    client, table = boto3.client("dynamodb"), digest.app.settings.leads_table
    for lead, owner in zip(leads, ("anna", "ben"), strict=True):
        client.update_item(
            TableName=table,
            Key={"lead_id": {"S": lead}},
            UpdateExpression="SET #owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={":owner": {"S": owner}},
        )
    asked = ("--json", "--recipient", "anna")
    assert json.loads(run(*asked, config=str(folder))[1])["count"] == 1
    digest.app.digester.outbox.deliveries.disable("ben", "bounce", datetime.now(UTC))
    assert json.loads(run(*asked, config=str(folder))[1])["count"] == 2


def test_nobody_is_hot(run: Run) -> None:
    assert run() == (0, "No lead is hot or warm now.\n", "")


def test_a_recipient_who_is_not_there_is_told(run: Run) -> None:
    status, said, err = run("--recipient", "nobody")
    assert (status, said) == (1, "")
    assert "nobody" in err
