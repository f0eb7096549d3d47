"""An answer of sales that is taken back raises no alert: it is as if it had never been given."""

from datetime import timedelta

import pytest

from hotlist.leads.lead import Lead, Temperature
from hotlist.scoring.ruleset import load
from integration.stages.corrections import MINUTE, MONDAY, happens
from integration.stages.digest import Digest

RULES = """
temperature: {warm: 20, hot: 30}
rules:
  - {id: rejected, lead: {stage: [rejected]}, override: cold}
  - {id: asked, event: contact_requested, points: 40}
  - {id: no, event: sales_rejected, points: -15, award: latest, lasts: 1h}
"""


@pytest.fixture(autouse=True)
def rules(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest._score.folder, "_ruleset", load(RULES))


def test_a_rejection_that_is_taken_back_raises_no_second_alert(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY)
    hot = digest.stored(ada)
    assert hot.temperature is Temperature.HOT
    said = happens(digest, "sales_rejected", ada, MONDAY + 5 * MINUTE, by="ben")
    cold = digest.stored(ada)
    assert (cold.temperature, cold.alerting.armed) == (Temperature.COLD, True)
    happens(digest, "sales_contacted", ada, MONDAY + 6 * MINUTE, by="anna")
    happens(digest, "sales_undone", ada, MONDAY + 7 * MINUTE, event_id=said.event_id, by="ben")
    again = digest.stored(ada)
    assert again.temperature is Temperature.HOT
    assert _alert(again) == _alert(hot)


def test_what_came_beside_it_does(digest: Digest) -> None:
    """The lead was cold when sales rejected it, and asks anew while that is taken back."""
    ada = digest.lead("ada@example.org", MONDAY, "form_submitted")
    said = happens(digest, "sales_rejected", ada, MONDAY + 5 * MINUTE, by="ben")
    assert digest.stored(ada).alerting.alert_id is None
    digest.lead("ada@example.org", MONDAY + 6 * MINUTE)
    happens(digest, "sales_undone", ada, MONDAY + 7 * MINUTE, event_id=said.event_id, by="ben")
    assert digest.stored(ada).alerting.alert_id is not None


def test_who_asks_again_after_a_rejection_raises_an_alert(digest: Digest) -> None:
    ada = digest.lead("ada@example.org", MONDAY)
    first = digest.stored(ada)
    happens(digest, "sales_rejected", ada, MONDAY + 5 * MINUTE, by="ben")
    digest.at(MONDAY + timedelta(days=1))
    digest.lead("ada@example.org", MONDAY + timedelta(days=1))
    again = digest.stored(ada)
    assert again.temperature is Temperature.HOT
    assert again.alerting.alert_id != first.alerting.alert_id


def _alert(lead: Lead) -> tuple[object, ...]:
    return lead.alerting.armed, lead.alerting.alert_id, lead.alerting.hot_since
