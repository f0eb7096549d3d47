"""A scheduler that runs several invocations at once and stops them between any two calls.

Each job is a greenlet; its DynamoDB client hands control back before every call, so the
schedule decides who goes next, and who dies there. What died is delivered again, as the
platform does, until everything has been worked off.
"""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any, Final

from greenlet import greenlet

Job = Callable[[], "Iterable[Job]"]
"""Work that may be stopped anywhere and done again; it gives the work that follows from it."""

_PAUSED: Final = object()


class Crashed(BaseException):
    """The process is gone: nothing in the code under test may catch it."""


class PausingClient:
    """A boto3 client that lets the scheduler in before each call."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.exceptions = client.exceptions

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def paused(**request: Any) -> Any:
            scheduler = greenlet.getcurrent().parent
            if scheduler is not None:
                scheduler.switch(_PAUSED)
            return call(**request)

        return paused


class Scheduler:
    """Works off jobs in random order, some at once, some twice, some killed on the way."""

    def __init__(self, random: Random, *, crash: float, repeat: float, at_once: int) -> None:
        self._random = random
        self._crash = crash
        self._repeat = repeat
        self._at_once = at_once
        self.crashes = 0

    def run(self, jobs: Iterable[Job]) -> None:
        """Work off all jobs and all that follows from them."""
        waiting = list(jobs)
        running: list[tuple[greenlet, Job]] = []
        crashes_left = 10 * len(waiting)
        while waiting or running:
            if waiting and (not running or self._starts(len(running))):
                job = waiting.pop(self._random.randrange(min(len(waiting), 4)))
                if self._random.random() < self._repeat:
                    waiting.append(job)
                running.append((greenlet(lambda job=job: list(job())), job))
            place = self._random.randrange(len(running))
            process, job = running[place]
            if process and self.crashes < crashes_left and self._random.random() < self._crash:
                _kill(process)
                del running[place]
                waiting.append(job)
                self.crashes += 1
                continue
            outcome = process.switch()
            if outcome is not _PAUSED:
                del running[place]
                waiting += outcome

    def _starts(self, busy: int) -> bool:
        return busy < self._at_once and self._random.random() < 0.5


def _kill(process: greenlet) -> None:
    try:
        process.throw(Crashed)
    except Crashed:
        return
    raise AssertionError("a crash was caught by the code under test")
