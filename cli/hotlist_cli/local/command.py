"""The command `hotlist local`.

`up` starts the stack, prints the addresses and keeps it running. `demo` sends visitors through it,
shows their scores and mails, and checks both. `flood` does so with many, while answers of SES are
lost and workers are killed. Nothing leaves the machine. Everything ends with the
command, however that ends.
"""

import logging
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

from hotlist.config.findings import BadConfig
from hotlist_cli.local import for_sales, running
from hotlist_cli.local.build import Failed, Tools
from hotlist_cli.local.demo import demo
from hotlist_cli.local.expected import Expectations
from hotlist_cli.local.flood import Plan, flood
from hotlist_cli.local.ministack import NotStarted
from hotlist_cli.local.stack import Ports, Stack

ROOT: Final = Path(__file__).resolve().parents[3]
_WANTED_PORTS: Final = Ports(site=8700, inbox=8701, api=8702)


def run(do: Callable[[], int], *, verbose: bool) -> int:
    """The exit status: 0 if all went well, 1 if something failed or a mistake was found."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR, format="%(name)s: %(message)s"
    )
    with _ending_in_order():
        try:
            return do()
        except (BadConfig, Failed, NotStarted) as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nstopped", file=sys.stderr)
            return 130


def show() -> int:
    """Run the demo. Its mails stay in a folder of their own."""
    return demo(Tools(ROOT), _new_folder(ROOT / ".demo"), _say)


def strain(plan: Plan) -> int:
    """Run the flood."""
    return flood(Tools(ROOT), plan, _say)


def up() -> int:
    """Run the stack until the user stops it. The card of each lead that is told of is printed."""
    reader = Expectations.read(ROOT / "config").team.recipients[0]
    with Stack(Tools(ROOT), ports=_WANTED_PORTS, scheduled=True, progress=_say) as stack:
        print(
            f"\n  landing page  {stack.site_url}/"
            f"\n  inbox         {stack.inbox_url}/"
            f"\n  API           {stack.api_url}"
            f"\n  AWS endpoint  {stack.ministack.endpoint}"
            f"\n  scratch       {stack.scratch}"
            f"\n  today's list  {for_sales.list_of(stack, reader)}"
            f"\n                ({reader.name}'s; the card of each lead in a mail comes below)"
            "\n\nCtrl-C stops everything.",
            flush=True,
        )
        seen = 0
        with running.noted(aws=stack.ministack.endpoint, mails=stack.inbox_url):
            while stack.ministack.running:
                mails = stack.mailbox.messages
                for card in for_sales.cards_of(stack, reader, mails[seen:]):
                    print(f"  card  {card}", flush=True)
                seen = len(mails)
                threading.Event().wait(0.5)
    raise Failed("MiniStack has stopped by itself")


def _new_folder(parent: Path) -> Path:
    """A folder for the mails of a demo, named by the time. The ten newest folders are kept."""
    parent.mkdir(exist_ok=True)
    for old in sorted(parent.iterdir())[:-9]:
        shutil.rmtree(old, ignore_errors=True)
    now = datetime.now()  # noqa: DTZ005 - the user's own time
    return Path(tempfile.mkdtemp(prefix=f"{now:%Y%m%d-%H%M%S}-", dir=parent))


def _say(what: str) -> None:
    print(f"· {what}", flush=True)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Treat SIGTERM and a closed terminal like Ctrl-C, so that everything is stopped."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before: dict[int, Any] = {
        number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
