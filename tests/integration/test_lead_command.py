"""`hotlist lead show`: the card of a lead in a terminal, from the tables as they are."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from hotlist.identity.identifiers import subject
from hotlist_cli import previews, rewards
from hotlist_cli.__main__ import main
from hotlist_cli.local import running
from integration.stages.digest import Digest

ROOT: Final = Path(__file__).parents[2]
CONFIG: Final = str(ROOT / "tests" / "config")
PHONE: Final = "+48600100200"

Run = Callable[..., tuple[int, str, str]]


class Stacks:
    """CloudFormation, with one stack of the name `mine`."""

    def __init__(self, settings: Any) -> None:
        self._tables = {
            f"{name.capitalize()}Table": getattr(settings, f"{name}_table")
            for name in previews.TABLES
        }

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's name
        found = self._tables if StackName == "mine" else {}
        return {
            "Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in found.items()]}]
        }


@pytest.fixture
def run(digest: Digest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def client(service: str, *_: Mapping[str, str]) -> Any:
        return Stacks(digest.app.settings) if service == "cloudformation" else boto3.client(service)

    monkeypatch.setattr(rewards, "client", client)
    monkeypatch.setenv("COLUMNS", "100")

    def run_(*given: str, stack: str = "mine") -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["lead", "show", *given, "--stack", stack, "--config", CONFIG])
        return status, *capsys.readouterr()

    return run_


@pytest.fixture
def recent() -> datetime:
    return (datetime.now(UTC) - timedelta(hours=20)).replace(microsecond=0)


def everything(digest: Digest) -> list[str]:
    client = boto3.client("dynamodb")
    names = (getattr(digest.app.settings, f"{name}_table") for name in previews.TABLES)
    return sorted(str(item) for name in names for item in client.scan(TableName=name)["Items"])


@pytest.fixture
def at_now(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    digest.at(datetime.now(UTC))


@pytest.mark.usefixtures("at_now")
def test_a_lead_is_shown_by_address_number_or_id(
    run: Run, digest: Digest, recent: datetime
) -> None:
    lead_id = digest.lead("ada@example.org", recent, phone=PHONE, company="Engines [bold]Ltd")
    before = everything(digest)
    asked = (
        *("ada@example.org", " Ada@Example.org", "mailto:ada@example.org?subject=Hi", lead_id),
        *("Ada Lovelace <ada@example.org>", "mailto:ada%40example.org", lead_id.upper()),
    )
    for who in asked:
        status, said, err = run(who)
        assert (status, err) == (0, "")
        assert lead_id in said
        assert "Asked to be contacted" in said
        assert "Engines [bold]Ltd" in said
    assert everything(digest) == before


@pytest.mark.usefixtures("at_now")
def test_the_card_is_in_the_language_of_its_reader(
    run: Run, digest: Digest, recent: datetime
) -> None:
    digest.lead("ada@example.org", recent)
    assert "History" in run("ada@example.org")[1]
    assert "Historia" in run("ada@example.org", "--recipient", "anna")[1]
    status, said, err = run("ada@example.org", "--recipient", "nobody")
    assert (status, said) == (1, "")
    assert "no recipient 'nobody'" in err


@pytest.mark.usefixtures("at_now")
def test_json_has_the_whole_card(run: Run, digest: Digest, recent: datetime) -> None:
    lead_id = digest.lead("ada@example.org", recent)
    status, said, err = run("ada@example.org", "--json")
    assert (status, err) == (0, "")
    card = json.loads(said)
    assert card["lead_id"] == card["asked_for"] == lead_id
    assert card["total"] == digest.stored(lead_id).total
    lines = [line["points"] for rule in card["points"] for line in rule["lines"]]
    assert sum(lines) == pytest.approx(card["exact"])
    assert card["history"]["episodes"][0]["kind"] == "contact_requested"
    documented = (ROOT / "docs" / "sales.md").read_text("utf-8")
    assert [key for key in card if f"`{key}`" not in documented] == []


@pytest.mark.usefixtures("at_now")
def test_a_claimed_number_shows_the_lead_that_has_claimed_it(
    run: Run, digest: Digest, recent: datetime
) -> None:
    lead_id = digest.lead("ada@example.org", recent, phone=PHONE)
    for number in (PHONE, "+48 600-100-200", subject("phone", PHONE)):
        status, said, err = run(number)
        assert (status, err) == (0, "")
        assert said.startswith(f"{number} is claimed: an e-mail address was given with this number")
        assert lead_id in said
    card = json.loads(run(PHONE, "--json")[1])
    assert (card["lead_id"], card["asked_for"]) == (lead_id, subject("phone", PHONE))


@pytest.mark.parametrize(
    "who", ["bo@example.org", PHONE, "email:00000000-0000-5000-8000-000000000001"]
)
def test_an_unknown_lead_is_said(run: Run, who: str) -> None:
    assert run(who) == (
        1,
        "",
        f"there is no lead {who}; look at the spelling, and at the stack that was asked\n",
    )


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("12", "this is not a phone number"),
        ("a@b", "this is not an e-mail address"),
        ("visitor:00000000-0000-5000-8000-000000000001", "a visitor is no lead"),
        ("email:xyz", "email:xyz: this is not an id; an id is email: or phone: and a UUID"),
        ("a@b@c.de", "this is not an e-mail address; write it as in ada@example.org"),
        ("Ada", "write it with its country, as in +48600100200, or an id: an id is email:"),
    ],
)
def test_what_is_no_lead_is_a_wrong_call(run: Run, who: str, why: str) -> None:
    status, said, err = run(who)
    assert (status, said) == (2, "")
    assert why in " ".join(err.replace("│", " ").split())


@pytest.mark.usefixtures("at_now")
def test_an_item_that_cannot_be_read_is_named(run: Run, digest: Digest, recent: datetime) -> None:
    lead_id = digest.lead("ada@example.org", recent, phone=PHONE)
    with digest.broken_item(lead_id):
        status, said, err = run("ada@example.org")
    assert (status, said) == (1, "")
    assert err.startswith(f"the item with lead_id {lead_id} cannot be read: KeyError: 'inputs'; ")
    client, table = boto3.client("dynamodb"), digest.app.settings.events_table
    item = next(
        one for one in client.scan(TableName=table)["Items"] if one["subject"]["S"] == lead_id
    )
    named = f"the item with subject {lead_id} and event_key {item['event_key']['S']}"
    for name in ("type", "occurred_at", "expires_at", "route", "properties", "names"):
        client.put_item(TableName=table, Item={**item, name: {"BOOL": True}})
        status, said, err = run("ada@example.org", "--json")
        assert (status, said) == (1, ""), name
        assert err.startswith(f"{named} cannot be read: "), name
    client.put_item(TableName=table, Item=item)
    assert run("ada@example.org")[0] == 0


@pytest.mark.usefixtures("at_now")
def test_fields_have_the_labels_of_their_forms(run: Run, digest: Digest, recent: datetime) -> None:
    digest.lead("ada@example.org", recent, form="contact", company_size=5)
    told = json.loads(run("ada@example.org", "--json")[1])
    (asked,) = [one for one in told["history"]["episodes"] if one["answers"]]
    assert asked["labels"]["company_size"] == "Company size"


def test_a_stack_without_tables_and_a_stack_that_does_not_run_are_said(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status, _, err = run("ada@example.org", stack="other")
    assert status == 1
    assert "the stack other has no EventsTable: deploy it again" in err
    monkeypatch.setattr(running, "_FILE", tmp_path / "running.json")
    status, _, err = run("ada@example.org", "--from", "local")
    assert (status, err) == (1, "no stack runs on this machine: start one with `make up`\n")
