"""LinkKeys: the secret is read late and seldom, and a rotation reaches everybody."""

import json
import secrets
import subprocess
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from hotlist.links import keys
from hotlist.links.keys import AGAIN, FAILED, KEPT, TROUBLES, LinkKeys
from hotlist.links.secret import SIGNS_AFTER, BadSecret, Secret
from hotlist.links.tokens import BadToken, Expired, Key, Purpose, Token, key_id_of, sign
from hotlist.runtime.passing import is_passing

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:links-a1b2c3"
START = datetime(2026, 11, 28, 12, tzinfo=UTC)
TOKEN = Token(Purpose.UNSUBSCRIBE, "email:ada", START.date(), said={"form": "contact"})


class Vault:
    """Secrets Manager with one secret, and a clock beside it."""

    def __init__(self) -> None:
        self.text = json.dumps({"link_1": "a" * 64})
        self.now = START
        self.asked: list[dict[str, str]] = []
        self.trouble: Exception | None = None

    def get_secret_value(self, **named: str) -> dict[str, Any]:
        self.asked.append(named)
        if self.trouble:
            raise self.trouble
        return {"SecretString": self.text}

    def rotate(self) -> None:
        self.text = Secret.of(self.text).rotated(secrets.token_hex(32), self.now)

    def clock(self) -> datetime:
        return self.now


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def link_keys(vault: Vault) -> LinkKeys:
    return LinkKeys(vault, ARN, vault.clock)


def test_the_secret_is_read_on_the_first_use_and_once(vault: Vault, link_keys: LinkKeys) -> None:
    assert vault.asked == []
    text = link_keys.sign(TOKEN)
    assert vault.asked == [{"SecretId": ARN}]
    assert link_keys.read(text, Purpose.UNSUBSCRIBE, START) == TOKEN
    assert link_keys.newest() == Key("1", b"a" * 64)
    assert len(vault.asked) == 1


def test_the_client_is_made_on_the_first_use(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def client(service: str) -> Vault:
        made.append(service)
        return vault

    monkeypatch.setattr(keys, "aws_client", client)
    link_keys = LinkKeys.open(ARN, vault.clock)
    assert made == []
    for _ in range(2):
        link_keys.sign(TOKEN)
    assert made == ["secretsmanager"]


def test_what_is_no_token_reads_no_secret(vault: Vault, link_keys: LinkKeys) -> None:
    for text in ("", "x", "ż", "a" * 2_000, "../etc"):
        with pytest.raises(BadToken):
            link_keys.read(text, Purpose.UNSUBSCRIBE, START)
    assert vault.asked == []


def test_a_token_of_another_purpose_or_time_is_refused(link_keys: LinkKeys) -> None:
    with pytest.raises(BadToken):
        link_keys.read(link_keys.sign(TOKEN), Purpose.CONFIRM, START)
    old = Token(Purpose.CONFIRM, "email:ada", START.date() - timedelta(days=9))
    with pytest.raises(Expired):
        link_keys.read(link_keys.sign(old), Purpose.CONFIRM, START)


STRANGERS: list[Callable[[], Key]] = [
    lambda: Key("9", b"z" * 64),  # an id that we do not know
    lambda: Key("1", b"z" * 64),  # a signature that is not ours
]


@pytest.mark.parametrize("key", STRANGERS)
def test_a_foreign_token_reads_the_secret_at_most_once_a_minute(
    key: Callable[[], Key], vault: Vault, link_keys: LinkKeys
) -> None:
    link_keys.newest()
    foreign = sign(TOKEN, key())
    for second in range(600):
        vault.now = START + timedelta(seconds=second)
        with pytest.raises(BadToken):
            link_keys.read(foreign, Purpose.UNSUBSCRIBE, START)
    assert len(vault.asked) == 600 / AGAIN.total_seconds()


def test_a_link_of_a_new_key_is_good_at_once_even_under_a_flood(vault: Vault) -> None:
    """Whoever reads it has just looked into the secret, because of somebody's nonsense."""
    signs, reads = (LinkKeys(vault, ARN, vault.clock) for _ in range(2))
    foreign = sign(TOKEN, Key("9", b"z" * 64))
    reads.newest()
    signs.newest()
    vault.now += KEPT
    vault.rotate()
    begun = vault.now
    for second in range(0, 300, 5):
        vault.now = begun + timedelta(seconds=second)
        with pytest.raises(BadToken):
            reads.read(foreign, Purpose.UNSUBSCRIBE, START)
        text = signs.sign(TOKEN)
        assert reads.read(text, Purpose.UNSUBSCRIBE, START) == TOKEN
        assert key_id_of(text) == ("1" if second < SIGNS_AFTER.total_seconds() else "2")


def test_a_link_lives_through_two_rotations_and_not_three(
    vault: Vault, link_keys: LinkKeys
) -> None:
    text = link_keys.sign(TOKEN)
    for rotation in (1, 2, 3):
        vault.now += timedelta(days=1)
        vault.rotate()
        vault.now += KEPT
        if rotation < 3:
            assert link_keys.read(text, Purpose.UNSUBSCRIBE, vault.now) == TOKEN
        else:
            with pytest.raises(BadToken):
                link_keys.read(text, Purpose.UNSUBSCRIBE, vault.now)


def test_keys_that_are_an_hour_old_are_read_again(vault: Vault, link_keys: LinkKeys) -> None:
    link_keys.newest()
    vault.rotate()
    vault.now += KEPT - timedelta(seconds=1)
    assert link_keys.newest().key_id == "1"
    vault.now += timedelta(seconds=1)
    assert link_keys.newest().key_id == "2"


DENIED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")
SLOW = ConnectTimeoutError(endpoint_url="https://secretsmanager.eu-central-1.amazonaws.com")


@pytest.mark.parametrize("trouble", [DENIED, SLOW])
def test_without_keys_a_trouble_is_raised_and_may_pass(
    trouble: Exception, vault: Vault, link_keys: LinkKeys
) -> None:
    text = LinkKeys(vault, ARN, vault.clock).sign(TOKEN)
    vault.trouble = trouble
    for use in (link_keys.newest, lambda: link_keys.read(text, Purpose.UNSUBSCRIBE, START)):
        with pytest.raises(TROUBLES) as raised:
            use()
        assert is_passing(raised.value)
    vault.trouble = None
    vault.now += FAILED
    assert link_keys.read(text, Purpose.UNSUBSCRIBE, START) == TOKEN


@pytest.mark.parametrize("trouble", [DENIED, SLOW, None])
def test_what_cannot_be_read_is_not_asked_for_by_each_request(
    trouble: Exception | None, vault: Vault, link_keys: LinkKeys
) -> None:
    vault.trouble, vault.text = trouble, "{}"
    for second in range(60):
        vault.now = START + timedelta(seconds=second)
        for _ in range(5):
            with pytest.raises(TROUBLES) as raised:
                link_keys.sign(TOKEN)
    assert len(vault.asked) == 60 / FAILED.total_seconds()
    assert len([*traceback.walk_tb(raised.tb)]) < 10, "it does not grow as it is raised again"


@pytest.mark.parametrize("key", STRANGERS)
def test_a_foreign_token_is_bad_though_the_secret_cannot_be_read_again(
    key: Callable[[], Key], vault: Vault, link_keys: LinkKeys
) -> None:
    link_keys.newest()
    vault.trouble = DENIED
    vault.now += 2 * AGAIN
    for _ in range(3):
        with pytest.raises(BadToken):
            link_keys.read(sign(TOKEN, key()), Purpose.UNSUBSCRIBE, vault.now)
    assert len(vault.asked) == 2


@pytest.mark.parametrize("trouble", [DENIED, SLOW, None])
def test_with_keys_in_memory_links_go_on(
    trouble: Exception | None, vault: Vault, link_keys: LinkKeys
) -> None:
    text = link_keys.sign(TOKEN)
    vault.trouble, vault.text = trouble, "{}"
    vault.now += 2 * KEPT
    assert link_keys.read(text, Purpose.UNSUBSCRIBE, START) == TOKEN
    assert link_keys.sign(TOKEN) == text


def test_a_secret_without_keys_is_said_and_may_pass(vault: Vault, link_keys: LinkKeys) -> None:
    vault.text = "{}"
    with pytest.raises(BadSecret) as raised:
        link_keys.newest()
    assert is_passing(raised.value)


def test_capture_does_not_import_what_only_links_need() -> None:
    """Its cold start pays for a link with the first link alone."""
    code = (
        "import sys, hotlist.capture.capture, hotlist.store.client, hotlist.runtime.settings\n"
        "print([one for one in sys.modules if one.startswith('hotlist.links')])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": "layers/common:.build/tests"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[]"
