"""The digest's run sees that the secret has lost the keys of links that were mailed."""

import json
import secrets
from datetime import timedelta
from typing import Any

import boto3
import pytest

from hotlist.links.secret import Secret, check_value
from hotlist.runtime.failures import RunFailed
from hotlist.store.items import Conflict
from hotlist.store.key_checks import KeyChecks
from hotlist_cli.link_keys import rotated
from integration.stages.digest import ANNAS_HOUR, RECENT, Digest

DAY = timedelta(days=1)


class Vault:
    """The secret of the digest function."""

    def __init__(self, digest: Digest) -> None:
        self.client = boto3.client("secretsmanager")
        self.arn = digest.app.settings.link_secret_arn

    def text(self) -> str:
        return str(self.client.get_secret_value(SecretId=self.arn)["SecretString"])

    def write(self, **said: str) -> None:
        self.client.put_secret_value(SecretId=self.arn, SecretString=json.dumps(said))

    def rotate(self) -> None:
        rotated(self.client, self.arn, ANNAS_HOUR)


@pytest.fixture
def vault(digest: Digest) -> Vault:
    made = Vault(digest)
    digest.app.key_check.keys._client = made.client
    return made


def lost(digest: Digest, now: Any = ANNAS_HOUR) -> list[int]:
    found: list[int] = digest.app.key_check.run(now)
    return found


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[:1] == "{"]
    return [line for line in lines if "attention" in line]


def test_the_first_run_stores_check_values_and_no_key(digest: Digest, vault: Vault) -> None:
    digest.run(ANNAS_HOUR)
    key = {"delivery_id": {"S": "link_keys"}}
    table = digest.app.settings.deliveries_table
    item = digest.app.dynamodb.get_item(TableName=table, Key=key)["Item"]
    assert item["checks"] == {"M": {"1": {"S": check_value(Secret.of(vault.text()).keys[1])}}}
    assert "k" * 8 not in str(item)
    assert "expires_at" not in item


@pytest.mark.parametrize("rotations", range(1, 11))
def test_rotations_are_no_change_however_many_come_between_two_runs(
    rotations: int, digest: Digest, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert lost(digest) == []
        for _ in range(rotations):
            vault.rotate()
    assert lost(digest) == []
    assert told(capsys) == []
    assert digest.app.key_check.store.get().checks.keys() == Secret.of(vault.text()).keys.keys()


def test_what_else_is_in_the_secret_is_no_change(digest: Digest, vault: Vault) -> None:
    lost(digest)
    vault.write(**json.loads(vault.text()), sources="{}")
    assert lost(digest) == []


A, B, C = (letter * 64 for letter in "abc")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"link_1": C}, [1, 2]),  # made anew, by a changed template
        ({"link_1": A, "link_2": C}, [2]),  # the key of an id is another
        ({"link_1": A}, [2]),  # gone back to an older version
        ({"link_7": A}, [2]),  # nothing that was seen is there
        ({"link_3": B, "link_4": C}, [2]),  # no rotation of ours has dropped it
    ],
)
def test_a_changed_secret_is_seen(  # noqa: PLR0917 - fixtures
    said: dict[str, str],
    expected: list[int],
    digest: Digest,
    vault: Vault,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    vault.write(link_1=A, link_2=B)
    assert lost(digest) == []
    vault.write(**said)
    assert lost(digest) == expected
    (line,) = told(capsys)
    assert line == {"level": "ERROR", "attention": "link keys changed", "keys": expected}
    assert [one.__dict__["keys"] for one in caplog.records] == [expected]
    vault.rotate()
    assert lost(digest) == expected, "a rotation does not hide it"
    vault.write(link_1=A, link_2=B)
    assert lost(digest) == [], "the keys are back"


def test_a_change_is_logged_in_each_run_and_told_once_a_day(
    digest: Digest,
    vault: Vault,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost(digest)
    vault.write(link_1=A)
    midnight = ANNAS_HOUR.replace(hour=0, minute=0)
    runs = [midnight + quarter * timedelta(minutes=15) for quarter in range(3 * 96)]
    days = [now.date() for now in runs if lost(digest, now) == [1] and told(capsys)]
    assert days == [(midnight + day * DAY).date() for day in range(3)]
    assert len(caplog.records) == len(runs)


def test_mails_go_out_whatever_the_keys_are(digest: Digest, vault: Vault) -> None:
    digest.lead("ada@example.org", RECENT)
    digest.run(ANNAS_HOUR - DAY)
    vault.write(link_1=secrets.token_hex(32))
    assert digest.run(ANNAS_HOUR)["sent"] == 1


def test_a_secret_that_cannot_be_read_fails_the_run_after_its_mails(
    digest: Digest, vault: Vault
) -> None:
    digest.lead("ada@example.org", RECENT)
    vault.write(link_1="short")
    with pytest.raises(RunFailed, match="work=keys: BadSecret"):
        digest.run(ANNAS_HOUR)
    assert digest.ses.sent


def test_accepting_the_new_keys_ends_it(digest: Digest, vault: Vault) -> None:
    """As docs/operations.md says."""
    lost(digest)
    vault.write(link_1=A)
    assert lost(digest) == [1]
    digest.app.dynamodb.delete_item(
        TableName=digest.app.settings.deliveries_table, Key={"delivery_id": {"S": "link_keys"}}
    )
    assert lost(digest) == []
    assert lost(digest) == []


def test_two_runs_at_once_do_not_write_over_each_other(
    digest: Digest, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = digest.app.key_check.store
    read = store.get()
    assert lost(digest) == []
    with pytest.raises(Conflict):
        store.save(KeyChecks({1: "of another run"}, version=read.version))
    vault.rotate()
    stale = store.get()
    lost(digest)
    with monkeypatch.context() as patch:
        patch.setattr(type(store), "get", lambda _: stale)
        assert lost(digest) == [], "the run that comes second goes on"
    assert [*store.get().checks] == [1, 2]
