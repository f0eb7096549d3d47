"""Many pieces of work at once, in phases: their calls wait side by side and not in a row.

A piece of work is written as the story of one lead or one event. Where it needs the tables, it
yields what it asks for and is given the answer. So it is a generator (`Steps`). In each phase every
piece gets what it asks for next: leads and identities by batched reads, a hundred at a time;
histories and writes one by one, several side by side. Within a piece the order stays as it is
written, and two pieces share nothing. The other threads make calls of the stores, and nothing else.

There is a limit to what all pieces hold in memory. A piece begins to hold something while all of
them hold fewer than half of `MAX_HELD` events and claims, and goes on while they hold fewer than
`MAX_HELD`. Otherwise it waits for a later phase. The piece that holds most never waits. So one at
least comes to its end, and what it held is free.
"""

import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from threading import Lock
from typing import Any, Final, Generic, ParamSpec, TypeAlias, TypeVar

from hotlist.identity.claims import Identity
from hotlist.leads.lead import Lead
from hotlist.runtime import limits
from hotlist.runtime.clients import THREADS
from hotlist.runtime.failures import Failed, attempted
from hotlist.runtime.limits import FoldTookTooLong, NotReached, OutOfTime, TimeLeft, endless
from hotlist.store.events import SubjectEvents
from hotlist.store.items import MAX_BATCH_READ, Conflict
from hotlist.store.stores import Stores

P = ParamSpec("P")
T = TypeVar("T")

MAX_HELD: Final = 5_000
"""How many events and claims all pieces hold together before only one of them goes on.

On top of them come what is being read just then, 1,000 events on each thread, and the rest of that
one's 10,000. An event is at most 4 KB of what scoring reads.
"""

ATTEMPTS: Final = 5
"""How often a piece starts over when another writes the same lead, before it gives way."""


# --- what a piece asks for --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batched:
    """An ask for the items of some names. One call reads those of many pieces.

    `table` is `leads` or `identities`; `names` are ids of leads or subjects. The answer has the
    items by name.
    """

    table: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Histories:
    """An ask for the events of some subjects. Each subject is read by itself.

    `parts` are the subjects. Of each, events that have expired by `now` are left out, and no more
    than `limit` ordinary ones are read. The answer has the `SubjectEvents` in their order.
    """

    parts: tuple[str, ...]
    now: datetime
    limit: int


@dataclass(frozen=True, slots=True)
class Calls:
    """An ask for what some calls of stores give. `parts` are the calls, made in any order.

    The answer has what they gave in the order of `parts`.
    """

    parts: tuple[Callable[[], object], ...]


Ask: TypeAlias = Batched | Histories | Calls
Steps: TypeAlias = Generator[Ask, Any, T]
"""A piece of work that ends with a T. It asks by `yield from` one of the functions below."""


def leads_of(lead_ids: Iterable[str]) -> Steps[dict[str, Lead]]:
    """The stored leads of these ids. Ids without a lead are left out."""
    names = tuple(dict.fromkeys(lead_ids))
    return (yield Batched("leads", names)) if names else {}


def identities_of(subjects: Iterable[str]) -> Steps[dict[str, Identity]]:
    """The identity of every subject, empty where nothing is stored."""
    names = tuple(dict.fromkeys(subjects))
    return (yield Batched("identities", names)) if names else {}


def histories_of(
    subjects: Iterable[str], *, now: datetime, limit: int
) -> Steps[list[SubjectEvents]]:
    """All that a fold may read of each of these subjects, in their order."""
    names = tuple(subjects)
    return (yield Histories(names, now, limit)) if names else []


def call(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Steps[T]:
    """What one call of a store gives."""
    (answer,) = yield from calls([partial(work, *args, **kwargs)])
    return answer


def calls(work: Iterable[Callable[[], T]]) -> Steps[list[T]]:
    """What several calls of stores give. They are made in any order."""
    parts = tuple(work)
    return (yield Calls(parts)) if parts else []


# --- giving it to them ------------------------------------------------------------------------

SideBySide = Callable[[Sequence[Callable[[], None]]], None]
"""Makes calls at the same time. It returns when all have been made."""

_pool: Final = ThreadPoolExecutor(THREADS)


def on_threads(work: Sequence[Callable[[], None]]) -> None:
    """A single call is made right here, several are made on threads."""
    if len(work) == 1:
        work[0]()
    else:
        for done in [_pool.submit(one) for one in work]:
            done.result()


@dataclass(frozen=True, slots=True)
class Phases:
    """Works over these tables."""

    stores: Stores
    side_by_side: SideBySide = on_threads

    def work(
        self, pieces: Mapping[str, Callable[[], Steps[T]]], time_left: TimeLeft = endless
    ) -> dict[str, T | Failed]:
        """Work on all pieces to their ends: what each came to, or why it could not.

        A piece that meets a Conflict starts over, `ATTEMPTS` times in all. One that works for too
        long ends with FoldTookTooLong. Near the end of the time that is left, one that is under
        way ends with OutOfTime, and one that has got no answer yet with NotReached.
        """
        run = _Run(self, time_left)
        under_way = {name: _Piece(begin) for name, begin in pieces.items()}
        run.work(list(under_way.values()))
        return {name: piece.outcome for name, piece in under_way.items()}

    def one(self, piece: Callable[[], Steps[T]], time_left: TimeLeft = endless) -> T:
        """Work on a single piece. What ends it is raised."""
        (outcome,) = self.work({"": piece}, time_left).values()
        if isinstance(outcome, Failed):
            raise outcome.error
        return outcome


class _Piece(Generic[T]):
    """A piece: what it asks for just now, the answers so far, and what it came to in the end.

    A batched read has one answer. Histories and calls have one for each part, by its place.
    """

    def __init__(self, begin: Callable[[], Steps[T]]) -> None:
        self.outcome: T | Failed = Failed(NotReached())
        self.is_over = False
        self.is_reached = False
        self.attempts = 0
        self._begin = begin
        self.start_over()

    def start_over(self) -> None:
        self._steps = self._begin()
        self.attempts += 1
        self.ask: Ask | None = None
        self.answers: dict[int, Any] = {}
        self.held = 0
        self.seconds = 0.0

    def missing(self) -> list[int]:
        """The places of the answers that are still to come."""
        if isinstance(self.ask, Batched):
            return [] if self.answers else [0]
        parts = self.ask.parts if self.ask is not None else ()
        return [place for place in range(len(parts)) if place not in self.answers]

    def go_on(self) -> None:
        """Hand over all answers. The piece goes on to what it asks for next, or to its end."""
        answers = [self.answers[place] for place in sorted(self.answers)]
        answer = answers[0] if isinstance(self.ask, Batched) else answers
        self.answers = {}
        try:
            self.ask = self._steps.send(None if self.ask is None else answer)
        except StopIteration as end:
            self.end(end.value)

    def end(self, outcome: T | Failed) -> None:
        """Keep nothing but what it came to."""
        self.outcome, self.is_over = outcome, True
        self.ask, self.answers = None, {}
        self._steps.close()


class _Run:
    """How the pieces of one round of work go on, and what they hold together."""

    def __init__(self, phases: Phases, time_left: TimeLeft) -> None:
        self._history = phases.stores.events.history
        self._batched: Mapping[str, Callable[[Iterable[str]], Mapping[str, Any]]] = {
            "leads": phases.stores.leads.get_many,
            "identities": phases.stores.identities.get_many,
        }
        self._side_by_side = phases.side_by_side
        self._time_left = time_left
        self._first: _Piece[Any] | None = None
        self._held = 0
        self._lock = Lock()

    def work(self, pieces: Sequence[_Piece[Any]]) -> None:
        for piece in pieces:
            self._go_on(piece)
        while under_way := [piece for piece in pieces if not piece.is_over]:
            self._phase(sorted(under_way, key=lambda piece: -piece.held))

    def _phase(self, pieces: Sequence[_Piece[Any]]) -> None:
        """Give the pieces what they ask for, as far as there is room; then they go on."""
        self._first = pieces[0]
        for table in self._batched:
            self._read(table, pieces)
        self._side_by_side(
            [
                partial(self._do, piece, place)
                for piece in pieces
                if not isinstance(piece.ask, Batched)
                for place in piece.missing()
            ]
        )
        for piece in pieces:
            if not piece.missing():
                self._go_on(piece)

    def _go_on(self, piece: _Piece[Any]) -> None:
        failed = next((one for one in piece.answers.values() if isinstance(one, Failed)), None)
        if failed is None and not isinstance(piece.ask, Calls):  # what was written is written
            failed = self._limit(piece)
        if failed is None:
            began = time.thread_time()
            went = attempted(piece.go_on)
            piece.seconds += time.thread_time() - began
            failed = went if isinstance(went, Failed) else None
        if failed is not None and isinstance(failed.error, Conflict) and piece.attempts < ATTEMPTS:
            self._held -= piece.held
            piece.start_over()
            self._go_on(piece)
        elif failed is not None:
            piece.end(failed)
        if piece.is_over:
            self._held -= piece.held
            piece.held = 0

    # --- what they ask for --------------------------------------------------------------

    def _read(self, table: str, pieces: Iterable[_Piece[Any]]) -> None:
        """Read what pieces name of a table, as much together as one call takes."""
        group: list[_Piece[Any]] = []
        names: set[str] = set()
        for piece in pieces:
            if not isinstance(piece.ask, Batched) or piece.ask.table != table:
                continue
            if group and len(names.union(piece.ask.names)) > MAX_BATCH_READ:
                self._read_group(table, group)
                group, names = [], set()
            if self._has_room(piece):
                group.append(piece)
                names.update(piece.ask.names)
        if group:
            self._read_group(table, group)

    def _read_group(self, table: str, group: Sequence[_Piece[Any]]) -> None:
        """Read for several pieces at once; for each alone if one names what nobody can read."""
        asks = [(piece, piece.ask.names) for piece in group if isinstance(piece.ask, Batched)]
        names = dict.fromkeys(chain.from_iterable(names for _, names in asks))
        found: Any = self._limit(group[0])
        if found is None:
            found = attempted(self._batched[table], names)
        if isinstance(found, Failed) and not found.may_pass and len(group) > 1:
            for piece in group:
                self._read_group(table, [piece])
            return
        for piece, own in asks:
            if isinstance(found, Failed):
                self._take(piece, 0, found, 0.0)
            else:
                self._take(piece, 0, {one: found[one] for one in own if one in found}, 0.0)

    def _do(self, piece: _Piece[Any], place: int) -> None:
        """Read one history, or make one call. It runs on any thread."""
        ask = piece.ask
        began = time.thread_time()
        answer: Any = self._limit(piece)
        if answer is None and isinstance(ask, Calls):
            answer = attempted(ask.parts[place])
        elif answer is None and isinstance(ask, Histories):
            if not self._has_room(piece):
                return
            answer = attempted(self._history, ask.parts[place], now=ask.now, limit=ask.limit)
        self._take(piece, place, answer, time.thread_time() - began)

    def _take(self, piece: _Piece[Any], place: int, answer: Any, seconds: float) -> None:
        weight = _weight(answer)
        with self._lock:
            piece.answers[place] = answer
            piece.is_reached = True
            piece.seconds += seconds
            piece.held += weight
            self._held += weight

    # --- limits -------------------------------------------------------------------------

    def _has_room(self, piece: _Piece[Any]) -> bool:
        room = MAX_HELD if piece.held else MAX_HELD // 2
        return piece is self._first or self._held < room

    def _limit(self, piece: _Piece[Any]) -> Failed | None:
        if piece.seconds > limits.FOLD_CPU_SECONDS:
            return Failed(FoldTookTooLong())
        if self._time_left() < limits.RESERVE_SECONDS:
            return Failed(OutOfTime() if piece.is_reached else NotReached())
        return None


def _weight(answer: object) -> int:
    """How many events or claims an answer holds."""
    if isinstance(answer, SubjectEvents):
        return len(answer.events)
    if isinstance(answer, dict):
        return sum(len(one.claims) for one in answer.values() if isinstance(one, Identity))
    return 0
