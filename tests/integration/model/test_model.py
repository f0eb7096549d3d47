"""Whatever happens between, after the retries every lead is the offline fold of its events.

`HOTLIST_SCHEDULES=20000 pytest tests/integration/model` runs the long version.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from hotlist import classify, leads
from hotlist.events import Event, ceil_second
from hotlist.folding import Folder
from hotlist.leads import Lead, LeadState, Temperature
from hotlist.scoring import engine, ruleset
from hotlist.settling import Settler
from hotlist.store.events import EventStore
from hotlist.store.identities import IdentityStore
from hotlist.store.items import Conflict
from hotlist.store.leads import LeadStore
from hotlist.store.stores import Stores
from integration.model import histories, offline
from integration.model.schedule import Job, PausingClient, Scheduler

SCHEDULES = int(os.environ.get("HOTLIST_SCHEDULES", "150"))
FIRST = int(os.environ.get("HOTLIST_FIRST_SCHEDULE", "0"))

RULES = ruleset.from_checked(
    {
        "temperature": {"warm": 10, "hot": 30},
        "groups": {"fit": {}, "engagement": {"decay": {"half_life": "10d"}, "max": 60}},
        "rules": [
            {"id": "director", "lead": {"role": ["director"]}, "points": 10},
            {"id": "student", "lead": {"role": ["student"]}, "points": -10},
            {"id": "form", "event": "form_submitted", "points": 12, "max": 24},
            {"id": "page", "event": "page_viewed", "points": 6},
            {
                "id": "contact",
                "event": "contact_requested",
                "award": "once",
                "override": "hot",
                "lasts": "3d",
            },
        ],
    }
)


class Clock:
    """A clock that goes on by a second with every look."""

    def __init__(self) -> None:
        self.now = histories.START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class WatchedLeads(LeadStore):
    """A lead store that remembers every write that succeeded."""

    def __init__(self, client: Any, table: str) -> None:
        super().__init__(client, table)
        self.written: list[tuple[Lead | None, Lead]] = []
        self._last: dict[str, Lead] = {}

    def save(self, lead: Lead, read_version: int) -> None:
        super().save(lead, read_version)
        self.written.append((self._last.get(lead.lead_id), lead))
        self._last[lead.lead_id] = lead


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SCHEDULES, 10))
def test_every_lead_equals_the_offline_fold_of_its_events(
    seed: int, empty_tables: Callable[[], tuple[Any, dict[str, str]]]
) -> None:
    for one in range(seed, min(seed + 10, FIRST + SCHEDULES)):
        client, tables = empty_tables()
        _check_schedule(Random(one), client, tables)


def _check_schedule(random: Random, client: Any, tables: dict[str, str]) -> None:
    clock = Clock()
    plain = _stores(client, tables)
    pausing = PausingClient(client)
    watched = WatchedLeads(pausing, tables["leads"])
    stores = replace(_stores(pausing, tables), leads=watched)
    settler, folder = Settler(stores, clock), Folder(stores, RULES, clock)
    history = histories.history(random, random.randint(3, 9))
    captured: set[str] = set()

    def capture(event: Event) -> Iterator[Job]:
        target = event.properties.get("event_id")
        if target is not None and target not in captured:
            yield partial(capture, event)  # nobody corrects what is not there yet
            return
        clock.now = max(clock.now, event.received_at)
        stores.events.put(event)
        captured.add(event.event_id)
        yield partial(deliver, event)

    def deliver(event: Event) -> Iterator[Job]:
        try:
            settled = settler.settle(event)
            for lead_id in sorted(settled.leads):
                folder.fold(lead_id)
        except Conflict:
            yield partial(deliver, event)

    scheduler = Scheduler(
        random,
        crash=random.choice([0.0, 0.02, 0.1]),
        repeat=random.choice([0.0, 0.2]),
        at_once=random.choice([1, 2, 4]),
    )
    scheduler.run([partial(capture, event) for event in history])
    _assert_leads(history, plain)
    _assert_alerts(watched.written)


def _assert_leads(history: list[Event], stores: Stores) -> None:
    owners = offline.owners(history)
    claimed = offline.claimed_phones(history)
    for subject in {event.subject for event in history}:
        theirs = [event for event in history if owners[event.event_id] == subject]
        stored = stores.leads.get(subject)
        if subject.startswith("visitor:"):
            assert stored is None, "nobody knows this visitor"
        elif subject in claimed:
            assert stored is not None, "the phone's lead was not taken in"
            assert (stored.state, stored.claimed_by) == (LeadState.CLAIMED, claimed[subject]), (
                "the phone's lead is not where its newest claimant has it"
            )
        else:
            assert stored is not None, "an identified lead was never folded"
            assert _facts_of(_expected(subject, theirs, stored)) == _facts_of(stored)


def _expected(subject: str, history: list[Event], stored: Lead) -> Lead:
    now = stored.folded_at
    events = leads.reclassified(classify.classify(event) for event in history)
    profile = leads.fold(events, now, classify.channel)
    if not profile.events:
        return replace(stored, state=LeadState.EMPTY, temperature=Temperature.COLD)
    score = engine.score(RULES, profile.facts, profile.events, now)
    newest = max(event.received_at for event in profile.events)
    return Lead(
        lead_id=subject,
        version=stored.version,
        folded_at=now,
        expires_at=ceil_second(newest + timedelta(days=396)),
        ruleset=RULES.hash,
        contact=profile.contact,
        temperature=score.temperature,
        stage=score.stage,
        total=score.total,
        groups=score.groups,
        grade=score.grade,
        segment=score.segment,
        reasons=score.reasons,
        channel=profile.channel,
        created_at=profile.created_at,
        last_event_at=profile.last_event_at,
        next_change_at=stored.next_change_at,
        due_at=stored.due_at,
    )


def _facts_of(lead: Lead) -> Lead:
    """Without what depends on how often it was looked at: hash and alert state."""
    return replace(lead, inputs="", alerting=leads.Alerting())


def _assert_alerts(written: list[tuple[Lead | None, Lead]]) -> None:
    """Each alert is a crossing: it was armed, it is hot, and is armed no more."""
    seen = set()
    for before, after in written:
        was = before.alerting if before else leads.Alerting()
        if after.alerting.alert_id != was.alert_id:
            assert after.temperature is Temperature.HOT
            assert after.alerting.alert_id not in seen
            assert not after.alerting.armed
            assert was.armed or (was.rearms_at is not None and was.rearms_at <= after.folded_at)
            seen.add(after.alerting.alert_id)


def _stores(client: Any, tables: dict[str, str]) -> Stores:
    return Stores(
        EventStore(client, tables["events"]),
        LeadStore(client, tables["leads"]),
        IdentityStore(client, tables["identities"]),
    )
