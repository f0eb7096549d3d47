"""Other rules for owners, or other people, while leads are stored with the owners of before."""

from datetime import timedelta
from typing import Final

import pytest

from hotlist.config.sales_schema import compile_sales
from hotlist.leads.lead import Ownership
from hotlist.sales import team
from hotlist.sales.owners import Owners
from integration.stages.digest import ANNAS_HOUR, Digest

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
