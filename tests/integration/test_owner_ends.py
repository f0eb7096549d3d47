"""An owner ends, or the worker of its fold does, between any two calls of another's fold.

Each place is tried in turn, also where the worker of the other dies after it and comes again.
"""

import contextlib
from functools import partial

import pytest

from hotlist.events.event import Event
from hotlist.leads.lead import Lead, LeadState
from integration.model.run import in_memory
from integration.test_fold_races import (
    ADA,
    BO,
    CALLS,
    CALLS_OF_SCORING,
    DAY0,
    LONG_AGO,
    PHONE,
    Races,
    event_at,
)

PLACES = range(CALLS_OF_SCORING)


class Killed(BaseException):
    """The worker is gone."""


def die() -> None:
    raise Killed


def fresh() -> Races:
    tables = in_memory()
    return Races(tables.client, tables.names)


def nothing() -> None:
    """Nothing comes between."""


def ada_ends(races: Races) -> None:
    """Her identity and her lead are deleted, if they are past their time by then."""
    races.time_to_live_deletes(ADA)
    races.time_to_live_deletes_lead(ADA)


def ada_ends_and_another_dies(races: Races, event: Event, death: int) -> None:
    ada_ends(races)
    with contextlib.suppress(Killed):
        races.score(event, death, die)


def adas_worker_dies(races: Races, death: int) -> None:
    with contextlib.suppress(Killed):
        races.fold(ADA, death, die)


def holders(races: Races) -> dict[str, list[str]]:
    """By event id the live leads that have a call, each as it is stored and as a fold makes it."""
    found: dict[str, list[str]] = {}
    for lead_id, lead in races.stores.leads.get_many([ADA, BO, PHONE]).items():
        assert races.folder.fold(lead_id).version == lead.version, f"{lead_id} is not up to date"
        if lead.state is LeadState.LIVE:
            for event in races.folder.view(lead, lead.folded_at).events:
                if event.subject == PHONE:
                    found.setdefault(event.event_id, []).append(lead_id)
    return found


@pytest.mark.parametrize("place", PLACES)
def test_the_owners_fold_may_die_anywhere_within_anothers(place: int) -> None:
    for death in range(CALLS):
        races = fresh()
        races.claim(races.happened(1, ADA, PHONE))
        first, second = races.happened(2, PHONE), races.happened(4, PHONE)
        form = races.happened(3, BO, PHONE)

        races.score(form, place, partial(adas_worker_dies, races, death))
        races.folder.fold(ADA)  # its message comes again
        assert holders(races) == {first.event_id: [ADA], second.event_id: [BO]}, death
        assert races.lead(PHONE).claimed_by == BO


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("place", PLACES)
def test_an_owner_may_end_anywhere_within_anothers_fold(place: int, is_killed: bool) -> None:
    for death in PLACES[place % 2 :: 2] if is_killed else PLACES[:1]:
        races = fresh()
        races.claim(event_at(1, ADA, PHONE), places_at=LONG_AGO)
        over = Lead(lead_id=ADA, state=LeadState.EMPTY, folded_at=DAY0, expires_at=LONG_AGO)
        races.stores.leads.save(over, None)
        first, second = races.happened(2, PHONE), races.happened(4, PHONE)
        form = races.happened(3, BO, PHONE)

        dying = partial(ada_ends_and_another_dies, races, form, death)
        races.score(form, place, dying if is_killed else partial(ada_ends, races))
        races.score(form, CALLS_OF_SCORING, nothing)  # the record comes again
        held = holders(races)
        assert held[second.event_id] == [BO], death
        is_there = races.stores.identities.get_many([ADA])[ADA].is_stored
        assert held[first.event_id] == [ADA if is_there else BO], death
        assert races.lead(PHONE).claimed_by == BO


@pytest.mark.parametrize("place", PLACES)
def test_an_owner_that_ends_within_its_own_phones_fold_gives_it_back(place: int) -> None:
    for death in PLACES[place % 2 :: 2]:
        races = fresh()
        races.claim(event_at(1, ADA, PHONE), places_at=LONG_AGO)
        call = races.happened(2, PHONE)

        races.score(call, place, partial(ada_ends_and_another_dies, races, call, death))
        is_there = races.stores.identities.get_many([ADA])[ADA].is_stored
        assert holders(races) == {call.event_id: [ADA if is_there else PHONE]}, death


def test_what_was_let_go_is_among_a_leads_inputs() -> None:
    """A fold stores that it has seen it, though no event moves. So no older one writes after it."""
    races = fresh()
    adas = event_at(1, ADA, PHONE)
    races.claim(adas)
    form = races.happened(2, BO, PHONE)
    races.claim(form)
    call = races.happened(3, PHONE)
    folded = races.folder.fold(BO)
    assert races.folder.fold(BO).version == folded.version
    races.stores.identities.let_go(PHONE, [adas.event_id], DAY0)
    again = races.folder.fold(BO)
    assert (again.version, again.last_event_at) == (folded.version + 1, call.occurred_at)
    assert again.inputs != folded.inputs
    assert races.folder.fold(BO).version == again.version


@pytest.mark.parametrize("place", PLACES)
def test_a_fold_that_has_not_heard_what_was_let_go_does_not_write_last(place: int) -> None:
    races = fresh()
    adas = event_at(1, ADA, PHONE)
    races.claim(adas)
    races.claim(races.happened(4, BO, PHONE))
    call = races.happened(2, PHONE)

    def let_go() -> None:
        races.stores.identities.let_go(PHONE, [adas.event_id], DAY0)
        races.folder.fold(BO)

    races.fold(BO, place, let_go)
    assert holders(races) == {call.event_id: [BO]}
