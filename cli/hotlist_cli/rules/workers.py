"""Work that is spread over processes, which all end with the one that started them."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")

MAX_PROCESSES: Final = 64
_PATIENCE: Final = 5.0


class WorkerEnded(Exception):
    """A process ended before its work was done. The text says how."""


def processors() -> int:
    """How many processors this process may use, at most `MAX_PROCESSES`."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MAX_PROCESSES)
    return min(os.cpu_count() or 1, MAX_PROCESSES)


def spread(
    setup: Callable[[], Callable[[Task], Answer]], tasks: Iterable[Task], processes: int
) -> Generator[Answer, None, None]:
    """The answers to all tasks, in the order in which they are ready.

    Each process calls `setup` once, and the function that it returns for each task.

    :raises WorkerEnded: if a process ends before it has answered.
    """
    if processes == 1:
        yield from map(setup(), tasks)
        return
    waiting = iter(tasks)
    with _started(setup, processes) as workers:
        busy = dict(workers)
        for connection in workers:
            _give(connection, busy, waiting)
        while busy:
            ready = wait(list(busy))
            for connection in [one for one in busy if one in ready]:
                try:
                    answer = connection.recv()
                except (EOFError, ConnectionError):
                    raise WorkerEnded(_how(busy[connection])) from None
                _give(connection, busy, waiting)
                yield answer


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the process as Ctrl-C does: what it has made is removed first."""

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    try:
        before = {name: signal.signal(getattr(signal, name), end) for name in names}
    except ValueError:  # not in the main thread, which alone has signals
        before = {}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextmanager
def _started(setup: Callable[[], Any], count: int) -> Iterator[dict[Connection, BaseProcess]]:
    # A forked process has all that this one has read. Elsewhere fork is not safe.
    is_forked = sys.platform == "linux"
    context: Any = multiprocessing.get_context("fork" if is_forked else "spawn")
    workers: dict[Connection, BaseProcess] = {}
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            inherited = [*workers, ours] if is_forked else []
            process = context.Process(target=_serve, args=(setup, theirs, inherited), daemon=True)
            process.start()
            theirs.close()
            workers[ours] = process
        yield workers
    finally:
        for connection, process in workers.items():
            connection.close()
            process.terminate()
        for process in workers.values():
            process.join(_PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()


def _serve(
    setup: Callable[[], Callable[[Any], object]],
    connection: Connection,
    inherited: Sequence[Connection],
) -> None:
    """Answer tasks until the process that gives them closes its end, or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the first one ends the rest
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in inherited:  # or they would stay open when that process is no more
        other.close()
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    work = setup()
    try:
        while True:
            connection.send(work(connection.recv()))
    except (EOFError, ConnectionError):
        return


def _end_with_the_first() -> None:
    """End this process, whatever it does, when the one that started it is no more."""
    first = multiprocessing.parent_process()
    if first is not None:
        first.join()
        os._exit(1)


def _give(connection: Connection, busy: dict[Connection, BaseProcess], waiting: Any) -> None:
    """Give the next task, or note that there is none."""
    try:
        task = next(waiting)
    except StopIteration:
        del busy[connection]
        return
    try:
        connection.send(task)
    except ConnectionError:
        raise WorkerEnded(_how(busy[connection])) from None


def _how(process: BaseProcess) -> str:
    process.join(_PATIENCE)
    code = process.exitcode
    if code is None or code >= 0:
        return f"with status {code}; what it said stands above"
    try:
        return f"by {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"
