"""`hotlist account check` says what of an account is too small, and stops nothing."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError

from hotlist_cli import account
from hotlist_cli.__main__ import main

GOOD: dict[str, Any] = {
    "SendingEnabled": True,
    "ProductionAccessEnabled": True,
    "SendQuota": {"Max24HourSend": 50_000.0},
}


class Aws:
    """Lambda and SES as far as they are asked."""

    def __init__(self, at_once: int = 1_000, mail: Any = GOOD) -> None:
        self.at_once, self.mail = at_once, mail

    def __call__(self, service: str) -> "Aws":
        assert service in ("lambda", "sesv2")
        return self

    def get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": {"ConcurrentExecutions": self.at_once}}

    def get_account(self) -> dict[str, Any]:
        if isinstance(self.mail, Exception):
            raise self.mail
        found: dict[str, Any] = self.mail
        return found


def said(aws: Aws) -> str:
    return "\n".join(account.advice(aws))


def test_an_account_that_is_large_enough_is_told_so() -> None:
    assert said(Aws()) == (
        "Lambda: runs up to 1000 functions at once. That is enough.\n"
        "SES: mails everybody. That is enough."
    )


@pytest.mark.parametrize(("limit", "has_share"), [(10, False), (100, False), (101, True)])
def test_too_few_functions_at_once(limit: int, has_share: bool) -> None:
    text = said(Aws(limit))
    assert f"runs {limit} functions at once" in text
    assert "--service-code lambda --quota-code L-B99A9384 --desired-value 1000" in text
    assert ("takes no CaptureConcurrency" in text) == (not has_share)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ProductionAccessEnabled": False}, "is in the sandbox"),
        ({"SendQuota": {"Max24HourSend": 200.0}}, "takes 200 mails in 24 hours"),
        ({"SendingEnabled": False}, "sending is paused"),
    ],
)
def test_what_ses_does_not_do(wrong: dict[str, Any], words: str) -> None:
    assert words in said(Aws(mail=GOOD | wrong))
    assert words not in said(Aws())


def test_no_quota_at_all_is_enough() -> None:
    text = said(Aws(mail=GOOD | {"SendQuota": {"Max24HourSend": -1.0}}))
    assert "24 hours" not in text


def test_without_the_right_to_ask_the_rest_is_still_told() -> None:
    denied = ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetAccount")
    text = said(Aws(10, mail=denied))
    assert "Lambda: runs 10 functions at once" in text
    assert "SES: the account's limits could not be read" in text
    assert "AccessDeniedException" in text


@pytest.mark.parametrize("error", [NoCredentialsError(), NoRegionError()])
def test_it_stops_nothing(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(service: str) -> Any:
        raise error

    monkeypatch.setattr(account, "_client", refuse)
    assert main(["account", "check"]) == 0
    assert capsys.readouterr().out.count("could not be read") == 2
