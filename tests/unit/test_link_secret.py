"""The secret with the link keys: the template makes it once, and a rotation keeps what it must."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudformation import ROOT, template
from hotlist.links.secret import KEPT, SIGNS_AFTER, BadSecret, Secret, check_value
from hotlist.links.tokens import Key

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FIRST = json.dumps({"link_1": "a" * 64})

BLOCK = """\
  LinkSecret:
    Type: AWS::SecretsManager::Secret
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      GenerateSecretString:
        SecretStringTemplate: "{}"
        GenerateStringKey: link_1
        PasswordLength: 64
        ExcludePunctuation: true

"""


def test_the_template_makes_the_secret_by_these_words_for_ever() -> None:
    """With any other text here, CloudFormation writes a new secret into an installed stack.

    All links that were mailed before then open nothing: no unsubscribe, no confirmation.
    """
    assert BLOCK in (ROOT / "template.yaml").read_text("utf-8")
    assert "Name" not in template()["Resources"]["LinkSecret"]["Properties"]


def rotated(text: str, times: int, apart: timedelta = timedelta(days=1)) -> str:
    for number in range(times):
        text = Secret.of(text).rotated(f"new {number} ".ljust(64, "x"), NOW + number * apart)
    return text


def test_what_the_template_generates_is_read() -> None:
    secret = Secret.of(FIRST)
    assert secret.keys == {1: Key("1", b"a" * 64)}
    assert secret.signing(NOW) == Key("1", b"a" * 64)


def test_a_rotation_adds_a_key_and_keeps_the_newest_three() -> None:
    kept = [[*Secret.of(rotated(FIRST, times)).keys] for times in range(5)]
    assert kept == [[1], [1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]
    assert len(kept[-1]) == KEPT


def test_keys_outlive_two_rotations_unchanged() -> None:
    assert Secret.of(rotated(FIRST, 2)).keys[1] == Secret.of(FIRST).keys[1]


def test_a_rotation_keeps_what_it_does_not_know() -> None:
    given = {
        "sources": {"shop": {"tokens": ["t"]}},
        "link_": "x",
        "link_02": "y",
        **json.loads(FIRST),
    }
    text = Secret.of(json.dumps(given)).rotated("n" * 64, NOW)
    assert json.loads(text).items() >= given.items()
    assert [*Secret.of(text).keys] == [1, 2]


def test_numbers_are_compared_as_numbers() -> None:
    said = {f"link_{number}": str(number).ljust(64, "x") for number in (9, 10, 8)}
    secret = Secret.of(json.dumps(said))
    assert secret.signing(NOW).key_id == "10"
    assert [*Secret.of(secret.rotated("n" * 64, NOW)).keys] == [9, 10, 11]


def test_a_number_is_never_used_twice() -> None:
    """Not even if somebody takes the newest keys out of the secret by hand."""
    said = json.loads(rotated(FIRST, 4))
    left = {name: value for name, value in said.items() if name not in ("link_4", "link_5")}
    assert max(Secret.of(json.dumps(left)).keys) == 3
    left["link_keys_gone"] = {"7": "0" * 32}
    assert max(Secret.of(Secret.of(json.dumps(left)).rotated("n" * 64, NOW)).keys) == 8


def test_a_new_key_signs_when_everybody_who_reads_the_secret_has_it() -> None:
    secret = Secret.of(rotated(FIRST, 1))
    before = NOW + SIGNS_AFTER - timedelta(microseconds=1)
    assert secret.signing(before).key_id == "1"
    assert secret.signing(NOW + SIGNS_AFTER).key_id == "2"


def test_of_keys_that_are_all_new_the_newest_signs() -> None:
    secret = Secret.of(rotated(FIRST, 5, apart=timedelta(0)))
    assert secret.signing(NOW).key_id == "6"


def test_a_rotation_says_when_a_key_was_made_and_what_it_dropped() -> None:
    secret = Secret.of(rotated(FIRST, 4))
    assert secret.made == {n: NOW + timedelta(days=n - 2) for n in (3, 4, 5)}
    assert secret.gone == {1: check_value(Key("1", b"a" * 64)), 2: secret.gone[2]}
    assert max(Secret.of(rotated(FIRST, 40)).gone) == 38
    assert len(Secret.of(rotated(FIRST, 40)).gone) == 10


def test_a_check_value_tells_keys_apart_and_is_no_key() -> None:
    one, other = Key("1", b"a" * 64), Key("1", b"b" * 64)
    assert check_value(one) == check_value(Key("2", b"a" * 64)) != check_value(other)
    assert check_value(one) == "30ff57ccc2e208bf6f07c92ab10ecf21"  # stored ones must still hold


def test_a_rotation_gives_a_secret_without_keys_its_first() -> None:
    assert Secret.of(Secret.of("{}").rotated("n" * 64, NOW)).keys == {1: Key("1", b"n" * 64)}


WRONG: list[Any] = ["x", None, [], 1, {"x": "y"}, {"1": None}, {"1": 5}, {"²": "y"}, {"": "y"}]
"""What is no map of the numbers of keys to texts."""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no JSON object"),
        ("[]", "is no JSON object"),
        ("link_1", "is no JSON object"),
        ("{}", "has no link_<number>: run `hotlist keys rotate`"),
        ('{"link_0": "x"}', "has no link_<number>"),
        ('{"link_1": ""}', "link_1 of the secret has less than 32 characters"),
        ('{"link_1": 1}', "link_1 of the secret has less than 32 characters"),
        (json.dumps({"link_1": "a" * 64, "link_2": "b" * 31}), "link_2 of the secret has less"),
        ("[" * 100_000, "is no JSON object"),
        (
            '{"link_1": "' + "\\ud800" * 64 + '"}',
            "link_1 of the secret has halves of",
        ),
        *(
            (json.dumps({"link_1": "a" * 64, name: said}), f"{name} of the secret")
            for name in ("link_keys_made", "link_keys_gone")
            for said in WRONG
        ),
        *(
            (json.dumps({"link_1": "a" * 64, "link_keys_made": {"1": at}}), "no instant with its")
            for at in ("garbage", "", "2026-01-01T00:00:00", "2026-01-01", "99999-01-01")
        ),
    ],
)
def test_a_secret_that_signs_nothing_is_refused_without_showing_it(text: str, why: str) -> None:
    with pytest.raises(BadSecret, match=why) as refused:
        Secret.of(text).signing(NOW)
    assert "b" * 31 not in str(refused.value)
    assert refused.value.__context__ is None
