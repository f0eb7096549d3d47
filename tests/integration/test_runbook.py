"""docs/operations.md says what each alarm means and what to do, and its commands work."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from cloudformation import ROOT, resources
from hotlist.store.deliveries import DeliveryStore
from integration.stages.digest import ANNAS_HOUR


def runbook() -> dict[str, tuple[str, str]]:
    """What docs/operations.md says of each alarm: what it means, and what to do."""
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    table = text[: text.index("\n## ")]
    rows = re.findall(r"^\| (\w+Alarm(?:, \w+Alarm)*) \| (.+?) \| (.+) \|$", table, re.MULTILINE)
    return {name: (means, do) for names, means, do in rows for name in names.split(", ")}


def test_each_alarm_is_in_the_runbook_and_no_other() -> None:
    assert sorted(runbook()) == sorted(resources("AWS::CloudWatch::Alarm"))
    for name, (means, do) in runbook().items():
        assert len(means) > 10, name
        assert len(do) > 20, name


def test_the_runbooks_links_lead_somewhere() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    titles = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
        for title in re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([\w-]+)\)", text))
    assert links
    assert links <= titles


def test_a_bounced_salesperson_leaves_both_lists(tables: Any) -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    section = text[text.index("## A salesperson who gets no mail") :].split("\n## ", 1)[0]
    assert "aws sesv2 delete-suppressed-destination --email-address " in section
    found = re.search(r'--table-name <DeliveriesTable> .* --update-expression "(.*?)"', section)
    assert found is not None
    client, names = tables
    store = DeliveryStore(client, names["deliveries"])
    key = {"delivery_id": {"S": "recipient#anna"}}
    kept = {**key, "window_end": {"S": "2026-11-24T06:30:00Z"}}
    client.put_item(TableName=names["deliveries"], Item=kept)
    store.disable("anna", "Bounce", ANNAS_HOUR)
    assert store.disabled(["anna"]) == {"anna"}
    client.update_item(TableName=names["deliveries"], Key=key, UpdateExpression=found[1])
    assert store.disabled(["anna"]) == set()
    assert client.get_item(TableName=names["deliveries"], Key=key)["Item"] == kept


def test_every_kind_that_needs_attention_is_in_the_runbook() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    section = text[text.index("## What needs attention") :].split("\n## ", 1)[0]
    written = set(re.findall(r"^\| `(.+?)` \|", section, re.MULTILINE))
    assert written == set(kinds())


def kinds() -> Iterator[str]:
    """The kinds in the code: first argument of `attention`, value of that name in a log line."""
    files = [*(ROOT / "layers/common/hotlist").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    for node in (one for file in files for one in ast.walk(ast.parse(file.read_text("utf-8")))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "attention":
            yield ast.literal_eval(node.args[0])
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if getattr(key, "value", "") == "attention" and isinstance(value, ast.Constant):
                    yield str(value.value)
