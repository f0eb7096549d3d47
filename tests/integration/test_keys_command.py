"""`hotlist keys`: a rotation adds a key once, and nothing shows one."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest

from hotlist.links.keys import LinkKeys
from hotlist.links.secret import Secret
from hotlist.links.tokens import BadToken, Purpose, Token
from hotlist_cli import link_keys
from hotlist_cli.__main__ import main
from hotlist_cli.link_keys import RotatedMeanwhile, rotated
from integration.stages.stacks import client

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def vault(link_secret: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(boto3, "client", partial(client, {"mine": {"LinkSecretArn": link_secret}}))
    return boto3.client("secretsmanager")


def current(vault: Any, arn: str) -> dict[str, str]:
    found: dict[str, str] = vault.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")
    return found


def secret(vault: Any, arn: str) -> Secret:
    return Secret.of(current(vault, arn)["SecretString"])


Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(vault: Any, capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: str, stack: str = "mine") -> tuple[int, str, str]:
        status = main(["keys", *arguments, "--stack", stack])
        return status, *capsys.readouterr()

    return run


def test_a_rotation_says_what_it_made_and_dropped(said: Said, vault: Any, link_secret: str) -> None:
    for number in (2, 3):
        status, out, err = said("rotate")
        assert (status, err) == (0, "")
        assert out == (
            f"link_{number} is made. It signs in 2 minutes.\n"
            "None is dropped: there are not more than 3.\n"
        )
    _, out, _ = said("rotate")
    assert "link_4 is made" in out
    assert "link_1 is dropped: its links open nothing." in out
    assert "may sign with it for an hour yet" in out, "the first rotation was just now"
    kept = secret(vault, link_secret).keys
    assert [*kept] == [2, 3, 4]
    assert len({key.secret for key in kept.values()}) == 3
    assert all(re.fullmatch(rb"[A-Za-z0-9]{64}", key.secret) for key in kept.values())


@pytest.mark.parametrize(("minutes", "warns"), [(61, True), (63, False)])
def test_a_rotation_warns_if_the_dropped_key_may_still_sign(
    said: Said, vault: Any, link_secret: str, minutes: int, warns: bool
) -> None:
    """A function has read the secret an hour ago at most, and signs with what it has read."""
    began = datetime.now(UTC) - timedelta(minutes=minutes)
    for number in range(2):
        rotated(vault, link_secret, began + timedelta(minutes=number))
    _, out, _ = said("rotate")
    assert "link_1 is dropped" in out
    assert ("may sign with it for an hour yet" in out) is warns


def test_the_list_shows_ids_and_dates_and_no_key(said: Said, vault: Any, link_secret: str) -> None:
    for ago in (timedelta(days=2), timedelta(days=1), timedelta(0)):
        rotated(vault, link_secret, datetime.now(UTC) - ago)
    status, out, _ = said("list")
    yesterday, today = (datetime.now(UTC) - timedelta(days=1), datetime.now(UTC))
    assert status == 0
    assert re.fullmatch(
        rf"link_2  made .*\nlink_3  made {yesterday:%Y-%m-%d} ..:.. UTC  signs\n"
        rf"link_4  made {today:%Y-%m-%d} ..:.. UTC\n",
        out,
    )
    assert not re.search(r"[A-Za-z0-9]{20}", out)


def test_the_key_of_the_template_is_as_old_as_the_secret(
    said: Said, vault: Any, link_secret: str
) -> None:
    created = vault.describe_secret(SecretId=link_secret)["CreatedDate"].astimezone(UTC)
    assert said("list")[1] == f"link_1  made {created:%Y-%m-%d %H:%M} UTC  signs\n"
    put = partial(vault.put_secret_value, SecretId=link_secret)
    put(SecretString=json.dumps({"link_8": "k" * 64}))
    assert said("list")[1] == "link_8  made by hand  signs\n"


def test_links_outlive_two_rotations(vault: Any, link_secret: str) -> None:
    now = [NOW]
    keys = LinkKeys(vault, link_secret, lambda: now[0])
    text = keys.sign(Token(Purpose.UNSUBSCRIBE, "email:ada", NOW.date()))
    for _ in range(2):
        rotated(vault, link_secret, now[0])
        now[0] += timedelta(days=1)
        assert keys.read(text, Purpose.UNSUBSCRIBE, now[0]).subject == "email:ada"
    rotated(vault, link_secret, now[0])
    now[0] += timedelta(days=1)
    with pytest.raises(BadToken):
        keys.read(text, Purpose.UNSUBSCRIBE, now[0])


class Beaten:
    """Another rotation comes between this one's reading and its writing."""

    def __init__(self, vault: Any, arn: str, others: int) -> None:
        self._vault, self._arn, self._others = vault, arn, others

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vault, name)

    def put_secret_value(self, **asked: Any) -> Any:
        while self._others:
            self._others -= 1
            rotated(self._vault, self._arn, NOW)
        return self._vault.put_secret_value(**asked)


@pytest.mark.parametrize("others", [1, 2, 5])
def test_of_two_rotations_at_once_the_second_changes_nothing(
    others: int, vault: Any, link_secret: str
) -> None:
    with pytest.raises(RotatedMeanwhile, match="another rotation was first"):
        rotated(Beaten(vault, link_secret, others), link_secret, NOW)
    assert max(secret(vault, link_secret).keys) == 1 + others


def test_the_command_says_that_another_was_first(
    said: Said, vault: Any, link_secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    beaten = Beaten(vault, link_secret, 1)
    through = link_keys.rotated
    monkeypatch.setattr(link_keys, "rotated", lambda client, arn, now: through(beaten, arn, now))
    status, out, err = said("rotate")
    assert (status, out) == (1, "")
    assert "another rotation was first. Nothing was changed" in err


def test_a_secret_that_was_put_back_can_be_rotated_again(vault: Any, link_secret: str) -> None:
    """docs/operations.md tells how an older version is made the current one."""
    for _ in range(3):
        read = current(vault, link_secret)["VersionId"]
        assert rotated(vault, link_secret, NOW) == (2, [])
        vault.update_secret_version_stage(
            SecretId=link_secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=read,
            RemoveFromVersionId=current(vault, link_secret)["VersionId"],
        )
        assert [*secret(vault, link_secret).keys] == [1]


def test_what_is_missing_is_said(said: Said, vault: Any, link_secret: str) -> None:
    assert said("rotate", stack="other")[0] == 1
    assert "the stack other has no LinkSecretArn: deploy it again" in said("list", stack="other")[2]
    vault.put_secret_value(SecretId=link_secret, SecretString="[]")
    status, out, err = said("rotate")
    assert (status, out) == (1, "")
    assert "the secret of the links is no JSON object" in err
    vault.delete_secret(SecretId=link_secret, ForceDeleteWithoutRecovery=True)
    status, out, err = said("list")
    assert (status, out) == (1, "")
    assert "ResourceNotFoundException" in err


def test_the_help_says_what_becomes_of_links(
    said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "rotate", "--help"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "outlives two rotations" in out
    assert "not even to unsubscribe" in out
    assert main(["keys"]) == 2
