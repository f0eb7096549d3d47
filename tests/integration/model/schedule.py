"""A scheduler that runs several invocations at once and stops them between any two calls.

Each job is a greenlet; its DynamoDB client hands control back before every call, so the
schedule decides who goes next, who waits for long, and who dies there. What died is
delivered again, as the platform does, until everything has been worked off.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from botocore.exceptions import ClientError, ReadTimeoutError
from greenlet import greenlet

from integration.model.weather import Weather

Job = Callable[[], "Iterable[Job]"]
"""Work that may be stopped anywhere and done again; it gives the work that follows from it."""

_PAUSED: Final = object()


class Crashed(BaseException):
    """The process is gone: nothing in the code under test may catch it."""


class TimedOut(Crashed):
    """The platform has ended the process because it took too long."""


_steps: Final = itertools.count(1)


def step() -> int:
    """A number that is greater than all before: it tells what came first."""
    return next(_steps)


def pause() -> None:
    """Let the scheduler in, if there is one. A process may have a `check` of its own after it."""
    process = greenlet.getcurrent()
    if process.parent is not None:
        process.parent.switch(_PAUSED)
        check = getattr(process, "check", None)
        if check is not None:
            check()


class Interleaved:
    """Makes calls side by side as threads would, but in an order that is drawn: on one thread."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def __call__(self, work: Sequence[Callable[[], None]]) -> None:
        running = [greenlet(one) for one in work]
        while running:
            one = self._random.choice(running)
            if one.switch() is _PAUSED:
                pause()
            else:
                running.remove(one)


class PausingClient:
    """A DynamoDB client that lets the scheduler in before each call."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.exceptions = client.exceptions

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def paused(**request: Any) -> Any:
            pause()
            return call(**request)

        return paused


class FailingClient(PausingClient):
    """One that fails now and then, before a call or after it. `met` is called then."""

    def __init__(
        self, client: Any, random: Random, weather: Weather, met: Callable[[], None]
    ) -> None:
        super().__init__(client)
        self._random, self._weather, self._met = random, weather, met

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = super().__getattr__(name)

        def failing(**request: Any) -> Any:
            fails = self._random.random() < self._weather.dynamodb
            if fails and self._random.random() < 0.5:
                pause()
                self._met()
                code = {"Error": {"Code": "ThrottlingException"}, "ResponseMetadata": _REFUSED}
                raise ClientError(code, name)
            answer = call(**request)
            if fails:
                self._met()
                raise ReadTimeoutError(endpoint_url=name)
            return answer

        return failing


_REFUSED: Final = {"HTTPStatusCode": 400}


@dataclass
class _Process:
    """A job under way, and the step before which it does not go on."""

    greenlet: greenlet
    job: Job
    stalled_until: int = 0


class Scheduler:
    """Works off jobs in random order, some at once, some twice, some killed on the way.

    A process that stalls lets others finish whole folds between two of its calls: without
    it, taking turns evenly almost never does.
    """

    def __init__(
        self, random: Random, *, crash: float, repeat: float, at_once: int, stall: float
    ) -> None:
        self._random = random
        self._crash = crash
        self._repeat = repeat
        self._at_once = at_once
        self._stall = stall
        self._waiting: list[Job] = []
        self._running: list[_Process] = []
        self._step = 0

    def add(self, job: Job) -> None:
        """Put a job behind the others: what a queue holds when its sender dies."""
        self._waiting.append(job)

    def calm(self) -> None:
        """Nobody is killed any more, and nothing comes twice."""
        self._crash = self._repeat = 0.0

    def run(self, jobs: Iterable[Job]) -> None:
        """Work off all jobs and all that follows from them."""
        self._waiting += jobs
        crashes_left = 10 * len(self._waiting)
        while self._waiting or self._running:
            self._step += 1
            if self._waiting and (not self._running or self._starts()):
                self._start()
            process = self._next()
            if process.greenlet and crashes_left and self._random.random() < self._crash:
                _kill(process.greenlet)
                self._running.remove(process)
                self._waiting.append(process.job)
                crashes_left -= 1
                continue
            outcome = process.greenlet.switch()
            if outcome is not _PAUSED:
                self._running.remove(process)
                self._waiting += outcome
            elif self._random.random() < self._stall:
                process.stalled_until = self._step + self._random.choice([5, 20, 80])

    def _starts(self) -> bool:
        return len(self._running) < self._at_once and self._random.random() < 0.5

    def _start(self) -> None:
        among = len(self._waiting) if self._random.random() < 0.5 else 4
        job = self._waiting.pop(self._random.randrange(min(len(self._waiting), among)))
        if self._random.random() < self._repeat:
            self._waiting.append(job)
        self._running.append(_Process(greenlet(lambda: list(job())), job))

    def _next(self) -> _Process:
        ready = [one for one in self._running if one.stalled_until <= self._step]
        if ready:
            return self._random.choice(ready)
        return min(self._running, key=lambda one: one.stalled_until)


def _kill(process: greenlet) -> None:
    try:
        process.throw(Crashed)
    except Crashed:
        return
    raise AssertionError("a crash was caught by the code under test")
