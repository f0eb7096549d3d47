"""The keys of links in the deployed stack: made by the template, rotated by the command."""

import re
from datetime import UTC, datetime

import pytest

from hotlist_cli.__main__ import main
from hotlist_cli.local.build import STACK_NAME
from hotlist_cli.local.demo import invoke_digest
from hotlist_cli.local.ministack import CREDENTIALS
from hotlist_cli.local.stack import Stack


def test_a_rotation_is_no_change_to_the_digest(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": stack.ministack.endpoint}.items():
        monkeypatch.setenv(name, value)
    key = {"delivery_id": {"S": "link_keys"}}

    def seen() -> set[str]:
        invoke_digest(stack, datetime.now(UTC))
        found = stack.client("dynamodb").get_item(
            TableName=stack.name("DeliveriesTable"), Key=key, ConsistentRead=True
        )
        return set(found["Item"]["checks"]["M"])

    assert "1" in seen()
    assert main(["keys", "rotate", "--stack", STACK_NAME]) == 0
    (made,) = re.findall(r"link_(\d+) is made", capsys.readouterr().out)
    assert made in seen()
    assert main(["keys", "list", "--stack", STACK_NAME]) == 0
    assert f"link_{made}  made {datetime.now(UTC):%Y-}" in capsys.readouterr().out
    assert not [line for line in stack.logs() if "link keys changed" in line]


def test_links_lead_to_the_api_that_a_browser_here_reaches(stack: Stack) -> None:
    notify = stack.client("lambda").get_function(FunctionName=stack.name("NotifyFunction"))
    variables = notify["Configuration"]["Environment"]["Variables"]
    assert variables["PUBLIC_URL"] == stack.api_url
    assert stack.api_url.startswith("http://127.0.0.1:")
