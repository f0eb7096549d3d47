"""The Leads table: what must still be there when a lead is written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotlist.leads.lead import Lead
from hotlist.store.items import Conflict
from hotlist.store.leads import LeadStore

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LEAD = Lead(lead_id="email:ada", folded_at=NOW, expires_at=NOW + timedelta(days=396))


@pytest.fixture
def store(tables: Any) -> LeadStore:
    client, names = tables
    return LeadStore(client, names["leads"])


def read(store: LeadStore) -> Lead:
    lead = store.get(LEAD.lead_id)
    assert lead is not None
    return lead


def test_a_lead_is_written_in_the_place_of_the_one_that_was_read(store: LeadStore) -> None:
    store.save(LEAD, None)
    first = read(store)
    store.save(replace(LEAD, folded_at=NOW + timedelta(seconds=1)), first)
    assert (first.version, read(store).version) == (1, 2)
    for stale in (None, first):
        with pytest.raises(Conflict):
            store.save(LEAD, stale)


def test_a_lead_deleted_and_written_anew_is_another(store: LeadStore) -> None:
    store.save(LEAD, None)
    first = read(store)
    store._client.delete_item(TableName=store._table, Key={"lead_id": {"S": LEAD.lead_id}})
    store.save(replace(LEAD, folded_at=NOW + timedelta(days=400)), None)
    assert read(store).version == first.version
    with pytest.raises(Conflict):
        store.save(LEAD, first)


def test_the_newest_event_is_kept_and_an_older_item_has_none(store: LeadStore) -> None:
    lead = replace(LEAD, last_event_id="0123")
    store.save(lead, None)
    assert read(store).last_event_id == "0123"
    store.save(replace(lead, last_event_id=None), read(store))
    assert read(store).last_event_id is None
