"""Other rules for owners, or other people, while leads are stored with the owners of before."""

import json
import re
from datetime import timedelta
from typing import Any, Final

import pytest

from cloudformation import ROOT
from hotlist.config.sales_schema import compile_sales
from hotlist.leads.lead import LeadState, Ownership
from hotlist.sales import team
from hotlist.sales.owners import Owners
from hotlist.store.events import to_item
from integration.stages.digest import ANNAS_HOUR, Digest
from integration.stages.score import ADA, BO, Score, event, subject

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
PEOPLE: Final = {
    one: f"  - {{id: {one}, name: {one}, email: {one}@example.com, timezone: Europe/Warsaw, "
    'digest: "07:30", on_empty: short}\n'
    for one in ("anna", "ben", "cleo")
}


def deploy(digest: Digest, patch: pytest.MonkeyPatch, *people: str, owner: str) -> None:
    rules = f"fallback: cleo\nowners: [{{owner: {owner}}}]\n"
    made = compile_sales("recipients:\n" + "".join(PEOPLE[one] for one in people) + rules)
    digest.has_sales(patch, team.from_checked(made))
    patch.setattr(digest._score.folder, "_owners", Owners.from_checked(made))


def who_read_of(digest: Digest, name: str) -> set[str]:
    told = zip(digest.ses.to, digest.texts(), strict=True)
    return {to.partition("@")[0] for to, text in told if name in text}


@pytest.mark.parametrize(
    ("people", "reader"), [(("anna", "ben", "cleo"), "ben"), (("anna", "cleo"), "cleo")]
)
def test_other_owners_count_from_a_leads_next_calculation_on(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, people: tuple[str, ...], reader: str
) -> None:
    """Until then its digest is that of its owner of before, or of the fallback if they are gone."""
    deploy(digest, monkeypatch, "anna", "ben", "cleo", owner="ben")
    digest.at(ANNAS_HOUR - 5 * HOUR)
    lead = digest.lead("zelda@example.org", ANNAS_HOUR - 5 * HOUR, "form_submitted")
    before = digest.stored(lead)
    assert before.ownership == Ownership("ben", "1")
    deploy(digest, monkeypatch, *people, owner="anna")
    assert digest.run(ANNAS_HOUR) == {"queued": 0, "sent": len(people)}
    assert who_read_of(digest, "zelda") == {reader}
    assert digest.stored(lead) == before
    digest.at(ANNAS_HOUR + HOUR)
    digest.lead("zelda@example.org", ANNAS_HOUR + HOUR, "form_submitted")
    assert digest.stored(lead).ownership == Ownership("anna", "1")


# --- the recipe for moving a lead -------------------------------------------------------------


def recipe() -> str:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    return text[text.index("## A lead for somebody else") :].split("\n## ", 1)[0]


def moves(score: Score, patch: pytest.MonkeyPatch, tables: Any, email: str, to: str) -> Any:
    """Run the lines of docs/operations.md, and give the score function what they have stored."""
    (lines,) = re.findall(r"```python\n(.+?)```", recipe(), re.DOTALL)
    named = {"OWNER": to, "LEAD": email, "TABLE": tables[1]["events"]}
    assert set(re.findall(r"([A-Z]+)=", recipe())) - {"PYTHONPATH"} == set(named)
    for name, value in named.items():
        patch.setenv(name, value)
    did: dict[str, Any] = {}
    exec(lines, did)  # our own docs
    score.deliver(did["moved"])
    return did["moved"]


def test_the_runbook_moves_a_lead(
    score: Score, tables: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    score.happened(event("form_submitted", ADA, tell=True))
    moved = moves(score, monkeypatch, tables, " Ada@Example.org", "ben")
    assert "True" in capsys.readouterr().out.splitlines()
    assert score.lead(subject("email", ADA)).ownership.owner == "ben"
    assert score.lead(subject("email", ADA)).ownership.rule == "moved"
    (shown,) = re.findall(r"```json\n(.+?)```", recipe(), re.DOTALL)
    item, said = to_item(moved), json.loads(shown)
    assert said.keys() == item.keys()
    for name in ("type", "route", "lane", "properties"):
        assert said[name] == item[name]["S"]
    assert item["event_key"]["S"].startswith("k#")


def test_the_runbook_makes_no_lead(
    score: Score, tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves(score, monkeypatch, tables, BO, "ben")
    stored = score.stores.leads.get(subject("email", BO))
    assert stored is None or stored.state is not LeadState.LIVE


def test_a_lead_that_was_moved_to_nobody_in_the_file_is_the_fallbacks(
    score: Score, tables: Any, digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    score.happened(event("form_submitted", ADA, tell=True))
    moves(score, monkeypatch, tables, ADA, "zed")
    owner = score.lead(subject("email", ADA)).ownership.owner
    assert owner == "zed"
    deploy(digest, monkeypatch, "anna", "ben", "cleo", owner="ben")
    sales = digest.app.digester.sales
    assert sales.owner_of(owner) == "cleo"
    assert [one.id for one in sales.whom("owner", owner, ANNAS_HOUR, ())] == ["cleo"]
