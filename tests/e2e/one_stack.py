"""The deployed stack of a test run, with a configuration of its own, and what was parked in it."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from e2e.api import Api, somebody
from hotlist_cli.local.build import Tools
from hotlist_cli.local.mailbox import Message
from hotlist_cli.local.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).parent / "config"


LEASE = timedelta(seconds=15)
"""How long an unknown outcome waits here for SES's word."""


@dataclass
class Cold:
    """What it was like when no function had run before: seconds from a form to its mail.

    `busy` says how many times longer a process takes than the work that it does: others had the
    processors meanwhile.
    """

    lags: dict[str, float] = field(default_factory=dict)
    busy: float = 1.0

    def look(self) -> None:
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", "import boto3"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.busy = max(self.busy, (time.monotonic() - began) / worked)


@contextmanager
def warm_stack(cold: Cold) -> Iterator[Stack]:
    """The stack, warm: every function of the scoring path has run once."""
    parameters = {"MailLeaseSeconds": str(LEASE.seconds)}
    with Stack(Tools(ROOT), config=CONFIG, parameters=parameters) as running:
        cold.look()
        began = time.monotonic()
        api = Api(running.api_url)
        forms = [("message", "contact", {"message": "hi"}), ("alert", "ebook", {"role": "buyer"})]
        for name, form, said in forms:
            answer = api.submit(form, name=f"First {name}", email=somebody(), **said)
            assert answer.status == 201, answer
        for name in ("message", "alert"):

            def is_first(message: Message, name: str = name) -> bool:
                return f"First {name}" in message.subject and message.to == ("ben@shop.example",)

            assert running.mailbox.wait_for(is_first, timeout=60)
            cold.lags[name] = time.monotonic() - began
        cold.look()
        yield running


def parked(stack: Stack) -> list[dict[str, Any]]:
    """What is in the failure queue; it is empty afterwards."""
    sqs, url = stack.client("sqs"), stack.name("FailureQueue")
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies
