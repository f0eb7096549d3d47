"""`hotlist digest`: what it shows is what would be mailed, and nothing is changed by it."""

import re
import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
import typer
from fast_mail_parser import parse_email

from hotlist.mail.texts import CHANNEL_LABELS, TEXTS
from hotlist_cli import previews, rewards
from hotlist_cli.__main__ import app, main
from hotlist_cli.local import running
from integration.stages.digest import ANNAS_HOUR, RECENT, Digest
from integration.stages.notify import Ses

ROOT: Final = Path(__file__).parents[2]
CONFIG: Final = str(ROOT / "tests" / "config")
DAY: Final = timedelta(days=1)
LOCAL_HOUR: Final = "2026-03-02T07:45"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_(*given: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["digest", *given, "--config", CONFIG])
        return status, *capsys.readouterr()

    return run_


class Stacks:
    """CloudFormation, with one stack of the name `mine`."""

    def __init__(self, settings: Any) -> None:
        self._tables = {
            f"{name.capitalize()}Table": getattr(settings, f"{name}_table")
            for name in previews.TABLES
        }

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's name
        found = self._tables if StackName == "mine" else {}
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in found.items()]
        sender = {"ParameterKey": "Sender", "ParameterValue": "hotlist@example.com"}
        return {"Stacks": [{"Outputs": outputs, "Parameters": [sender]}]}


@pytest.fixture
def ses(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> Ses:
    """The mailbox of the stack `mine`, whose tables are those of the digest."""
    made = Ses()

    def client(service: str, _: Mapping[str, str]) -> Any:
        if service == "cloudformation":
            return Stacks(digest.app.settings)
        return made if service == "sesv2" else boto3.client(service)

    monkeypatch.setattr(rewards, "client", client)
    return made


def everything(digest: Digest) -> dict[str, list[dict[str, Any]]]:
    """All items of all tables."""
    client, found = boto3.client("dynamodb"), {}
    for name in previews.TABLES:
        items = client.scan(TableName=getattr(digest.app.settings, f"{name}_table"))["Items"]
        found[name] = sorted(items, key=str)
    return found


def shown(out: Path, name: str = "anna") -> tuple[str, str]:
    return tuple((out / f"{name}.{kind}").read_text("utf-8") for kind in ("html", "txt"))  # type: ignore[return-value]


# --- preview ----------------------------------------------------------------------------------


@pytest.mark.parametrize("recipient", ["anna", "ben"])
def test_a_preview_of_sample_leads_needs_nothing(run: Run, tmp_path: Path, recipient: str) -> None:
    status, said, err = run("preview", "--recipient", recipient, "--out", str(tmp_path))
    assert (status, err) == (0, "")
    assert "Ada Byron" in said
    html, text = shown(tmp_path, recipient)
    assert "Łukasz Żak" in html
    assert "Śruby & Synowie" in text
    language = "pl" if recipient == "anna" else "en"
    assert f'lang="{language}"' in html
    words = TEXTS[language]
    for name in ("hot_now", "new_leads", "unanswered", "cooling", "gone", "held"):
        assert f"\n{words[name]}" in text, name
    for said in (words["hot_number"], words["new_number"], CHANNEL_LABELS[language]["email"]):
        assert f"\n{said}: " in text
    for said in ("change", "cools"):
        assert words[said].partition("{")[2].partition("}")[2].strip() in text


def test_a_preview_is_the_mail_that_is_sent(
    run: Run, digest: Digest, ses: Ses, tmp_path: Path
) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.lead("bo@example.org", RECENT - DAY)
    before = everything(digest)
    given = ("--recipient", "anna", "--stack", "mine", "--out", str(tmp_path))
    status, said, err = run("preview", *given, "--at", LOCAL_HOUR)
    assert (status, err) == (0, "")
    assert everything(digest) == before
    html, text = shown(tmp_path)
    assert digest.run(ANNAS_HOUR)["sent"] == 1
    mail = parse_email(digest.ses.sent[0]["Content"]["Raw"]["Data"])
    assert mail.subject in said
    stop = mail.headers["List-Unsubscribe"][0].strip("<>")
    for drawn, part in ((text, mail.text_plain[0]), (html, mail.text_html[0])):
        assert part.count(stop) == 1
        signed = r"https://api\.example\.com/(?:unsubscribe|lists|leads|answers)/[\w-]+"
        plain = re.sub(signed, previews.NOWHERE, part.replace("\r\n", "\n"))
        assert plain.rstrip("\n") == drawn.rstrip("\n")
    assert ses.sent == []


def test_a_digest_that_was_sent_or_stopped_can_be_looked_at(
    run: Run, digest: Digest, ses: Ses, tmp_path: Path
) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.run(ANNAS_HOUR)
    digest.app.digester.outbox.deliveries.stop_digest("anna", ANNAS_HOUR)
    before = everything(digest)
    given = ("--recipient", "anna", "--stack", "mine", "--out", str(tmp_path))
    assert run("preview", *given, "--at", "2026-03-02T06:50+00:00")[0] == 0
    assert "ada@example.org" in shown(tmp_path)[1]
    assert everything(digest) == before


def test_what_is_shown_is_as_of_the_time(
    run: Run, digest: Digest, ses: Ses, tmp_path: Path
) -> None:
    digest.lead("ada@example.org", RECENT)
    given = ("--recipient", "anna", "--stack", "mine", "--out", str(tmp_path))
    assert "ada" in run("preview", *given, "--at", LOCAL_HOUR)[1]
    status, said, _ = run("preview", *given, "--at", "2026-03-20")
    assert status == 0
    assert "Nobody is hot" in said or "ada" not in said


def test_a_lead_that_cannot_be_read_is_told_and_the_rest_is_shown(
    run: Run, digest: Digest, ses: Ses, tmp_path: Path
) -> None:
    digest.lead("ada@example.org", RECENT)
    given = ("--recipient", "anna", "--stack", "mine", "--out", str(tmp_path))
    with digest.broken_item(digest.lead("bo@example.org", RECENT)):
        status, said, err = run("preview", *given, "--at", LOCAL_HOUR)
    assert status == 1
    assert "ada" in said
    assert "could not be read or shown: " in err


def test_it_opens_in_the_browser(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert run("preview", "--recipient", "anna", "--out", str(tmp_path), "--open")[0] == 0
    assert opened == [(tmp_path / "anna.html").as_uri()]


def test_a_client_of_a_preview_writes_nothing(tables: Any) -> None:
    _, names = tables
    client = previews.read_only(boto3.client("dynamodb"))
    with pytest.raises(previews.NotARead, match="PutItem"):
        client.put_item(TableName=names["deliveries"], Item={"delivery_id": {"S": "x"}})
    assert client.scan(TableName=names["deliveries"])["Items"] == []


# --- send -------------------------------------------------------------------------------------


def test_a_test_goes_to_the_recipient_alone_and_changes_nothing(
    run: Run, digest: Digest, ses: Ses
) -> None:
    digest.lead("ada@example.org", RECENT)
    before = everything(digest)
    given = ("--test", "--recipient", "anna", "--stack", "mine", "--at", LOCAL_HOUR)
    status, said, err = run("send", *given)
    assert (status, err) == (0, "")
    assert "anna@example.com" in said
    assert everything(digest) == before
    (sent,) = ses.sent
    assert sent["Destination"] == {"ToAddresses": ["anna@example.com"]}
    assert sent.keys() == {"FromEmailAddress", "Destination", "Content"}  # no report reaches us
    mail = parse_email(sent["Content"]["Raw"]["Data"])
    assert mail.subject.startswith("TEST: ")
    assert "List-Unsubscribe" not in mail.headers
    assert "ada@example.org" in mail.text_plain[0]
    assert digest.run(ANNAS_HOUR)["sent"] == 1


def test_sample_leads_can_be_mailed(run: Run, ses: Ses) -> None:
    status, _, err = run("send", "--test", "--recipient", "ben", "--from", "sample")
    assert (status, err) == (0, "")
    assert ses.to == ["ben@example.com"]


def test_a_refusal_of_ses_is_told(run: Run, ses: Ses) -> None:
    ses.refuse = {"anna@example.com": ("MessageRejected", 400)}
    status, said, err = run("send", "--test", "--recipient", "anna", "--from", "sample")
    assert (status, said) == (1, "")
    assert "MessageRejected" in err


def test_what_is_no_test_is_not_sent(run: Run, ses: Ses) -> None:
    status, _, err = run("send", "--recipient", "anna", "--stack", "mine")
    assert status == 2
    assert "--test" in err
    assert ses.sent == []


# --- what is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        (("--recipient", "zoe"), 1, "it has anna, ben"),
        (("--recipient", "anna", "--at", "tomorrow"), 2, "--at"),
        (("--recipient", "anna", "--at", "0001-01-01T00:00"), 2, "--at"),
        (("--recipient", "anna", "--at", "9999-12-31T23:59"), 2, "--at"),
        (("--recipient", "anna", "--from", "nowhere"), 2, "--from"),
        (("--recipient", "anna", "--stack", "old"), 1, "deploy it again"),
        (("--recipient", "anna", "--stage", "x"), 1, "no section"),
        ((), 2, "--recipient"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    run: Run, ses: Ses, given: tuple[str, ...], status: int, says: str
) -> None:
    found, said, err = run("preview", *given)
    assert (found, said) == (status, "")
    assert says in err


def test_without_a_local_stack_it_says_how_to_start_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(running, "_FILE", tmp_path / "none.json")
    status, _, err = run("preview", "--recipient", "anna", "--from", "local")
    assert status == 1
    assert "make up" in err


def test_a_stack_is_noted_for_as_long_as_it_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(running, "_FILE", tmp_path / "new" / "running.json")
    with running.noted(aws="http://a", mails="http://b"):
        assert running.addresses() == {"aws": "http://a", "mails": "http://b"}
        with running.noted(aws="http://c", mails="http://d"):
            assert running.addresses()["aws"] == "http://c"
    with pytest.raises(running.NothingRuns):
        running.addresses()


def test_a_broken_configuration_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["digest", "preview", "--recipient", "anna", "--config", str(tmp_path)]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_every_option_is_documented() -> None:
    page = (ROOT / "docs" / "sales.md").read_text("utf-8")
    commands: Any = typer.main.get_command(app)
    for command in commands.commands["digest"].commands.values():
        options = {one for parameter in command.params for one in parameter.opts}
        assert "--recipient" in options
        assert [one for one in options if f"`{one}" not in page] == []


# --- where the files go -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "out", ["file", "file/below", "folder", "/proc/x", "x" * 300, "\U0001f525" * 100]
)
def test_where_nothing_can_be_written_is_said(run: Run, tmp_path: Path, out: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "anna.html").mkdir(parents=True)
    status, said, err = run("preview", "--recipient", "anna", "--out", str(tmp_path / out))
    assert (status, said) == (1, "")
    assert "cannot be written: " in err
    assert "--out" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("out", ["", " "])
def test_a_folder_without_a_name_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = run("preview", "--recipient", "anna", "--out", out)
    assert status == 2
    assert "--out" in err
    assert list(tmp_path.iterdir()) == []


# --- who would get none -------------------------------------------------------------------------

PEOPLE: Final = """
recipients:
  - id: anna
    name: Anna
    email: anna@example.com
    timezone: Europe/Warsaw
    digest: "07:30"
    weekdays: [mon, tue, wed, thu, fri]
    holidays: {country: PL}
    absence: [{from: 2026-03-03, to: 2026-03-05, stand_in: ben}]
    list: own
  - {id: ben, name: Ben, email: ben@example.com, timezone: Europe/Warsaw, list: own}
owners: [{owner: ben}]
fallback: ben
tell: all
company: {name: Example Ltd, address: 1 Example Street, reply_to: hello@example.com}
"""


@pytest.fixture
def people(tmp_path: Path) -> tuple[str, ...]:
    """Options for a configuration with these people."""
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    (folder / "sales.yaml").write_text(PEOPLE)
    return "--config", str(folder), "--out", str(tmp_path / "out")


def notes(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("Note: ")]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-02T07:30", []),
        ("2026-03-03T00:30", ["absent from 2026-03-03 to 2026-03-05, and 'ben' stands in"]),
        ("2026-03-07T12:00", ["2026-03-07 (Saturday) is none of their weekdays"]),
        ("2026-05-01T07:30", ["2026-05-01 (Friday) is a holiday"]),
        ("2040-01-03T07:30", ["public holidays are known until"]),
    ],
)
def test_it_says_why_somebody_would_get_none_on_that_day(
    capsys: pytest.CaptureFixture[str], people: tuple[str, ...], at: str, expected: list[str]
) -> None:
    given = ["digest", "preview", "--recipient", "anna", "--at", at, *people]
    assert main(given) == 0
    said, err = capsys.readouterr()
    assert err == ""
    assert "Ada Byron" in said
    assert [text in note for text, note in zip(expected, notes(said), strict=True)] == [
        True for _ in expected
    ]
    assert "attention" not in said


def test_it_says_who_gets_none_because_of_a_mark(
    run: Run, digest: Digest, ses: Ses, tmp_path: Path
) -> None:
    digest.lead("ada@example.org", RECENT)
    given = ("preview", "--recipient", "anna", "--stack", "mine", "--at", LOCAL_HOUR)
    out = ("--out", str(tmp_path))
    deliveries = digest.app.digester.outbox.deliveries
    assert notes(run(*given, *out)[1]) == []
    deliveries.stop_digest("anna", ANNAS_HOUR)
    (note,) = notes(run(*given, *out)[1])
    assert "hotlist sales digest on anna" in note
    deliveries.disable("anna", "bounce", ANNAS_HOUR)
    (note,) = notes(run(*given, *out)[1])
    assert "no mail at all" in note
    assert len(notes(run("send", "--test", *given[1:])[1])) == 1


@pytest.mark.parametrize("recipient", ["anna", "ben"])
def test_made_up_leads_belong_to_whoever_is_previewed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, people: tuple[str, ...], recipient: str
) -> None:
    at = "2026-03-03T07:30"  # Anna is absent
    assert main(["digest", "preview", "--recipient", recipient, "--at", at, *people]) == 0
    assert "Ada Byron" in capsys.readouterr().out
    text = shown(tmp_path / "out", recipient)[1]
    assert f"Owner: {recipient.capitalize()}" in text
