"""A run of the digest with many hot and due leads: counted calls, the processor's time, memory.

The client is botocore's own, so signing and parsing count; behind it stands a table of our own
making, for moto would take minutes to fill. Each run has a process of its own.
"""

import io
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as local_time
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from botocore.awsrequest import AWSResponse
from botocore.session import Session

from cloudformation import resources
from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.events.times import to_text
from hotlist.leads.fold import Folder
from hotlist.leads.lead import Alerting, Contact, Lead, LeadState, Temperature
from hotlist.links.keys import LinkKeys
from hotlist.mail.outbox import Outbox
from hotlist.mail.ses import Mailer
from hotlist.rescore import due
from hotlist.rescore.queue import RescoreQueue
from hotlist.runtime.failures import Troubles
from hotlist.sales.digest import Digester
from hotlist.sales.gone import MOST_GONE
from hotlist.sales.hot_list import MOST
from hotlist.sales.look_back import LookBack
from hotlist.sales.reader_links import ReaderLinks
from hotlist.sales.team import Recipient, Sales
from hotlist.scoring.deployed import deployed
from hotlist.store import events as stored_events
from hotlist.store import leads as stored_leads
from hotlist.store.deliveries import DeliveryStore
from hotlist.store.hours import HeldStore
from hotlist.store.newcomers import CREATED_INDEX, CreatedStore
from hotlist.store.stores import Stores
from hotlist.store.suspects import SuspectStore
from hotlist.store.windows import WindowStore

NOW: Final = datetime(2026, 3, 2, 6, 45, tzinfo=UTC)
DUE, RECIPIENTS, NEW = 200_000, 20, 5_000
FUNCTION: Final = resources("AWS::Serverless::Function")["DigestFunction"]
EVENTS: Final = int(os.environ.get("HOTLIST_DIGEST_EVENTS", "11"))  # of each lead
SECONDS: Final = FUNCTION["Timeout"] / (6 if EVENTS <= 11 else 2)
MEGABYTES: Final = FUNCTION["MemorySize"] / 4
CALL: Final = 0.005
PAGE: Final = 1_000_000

CREATED: Final = NOW - timedelta(hours=2)
LEAD: Final = Lead(
    lead_id="email:",
    version=1,
    folded_at=NOW - timedelta(hours=2),
    expires_at=NOW + timedelta(days=300),
    contact=Contact("Łukasz Żak", "Śruby & Synowie", "lukasz@example.org", "+48600100200"),
    temperature=Temperature.HOT,
    total=75,
    channel="paid_search",
    alerting=Alerting(armed=False, hot_since=NOW - timedelta(hours=2)),
    last_event_at=NOW - timedelta(hours=2),
    last_event_id="1",
    due_at=NOW + timedelta(hours=9),
    created_at=CREATED,
)
PROJECTED: Final = ("temperature_key", "due_at", "total", "channel", "hot_since")


def lead_id(kind: str, number: int) -> str:
    return f"email:{kind}{number:08}-9f27-5c4d-9f8e-1f7f3f3f3f3f"


def stored(name: str) -> Mapping[str, Any]:
    """The item of a lead: hot ones, those that are due, and those that are hot no longer."""
    lead = replace(LEAD, lead_id=name)
    if name.startswith("email:due"):
        lead = replace(lead, temperature=Temperature.WARM, due_at=NOW - timedelta(minutes=1))
    if name.startswith(("email:gone", "email:new")):
        lead = replace(lead, temperature=Temperature.COLD, due_at=None)
    return stored_leads._to_item(lead, 1)


@dataclass
class Table:
    """Answers calls of DynamoDB; counts them, and the histories that are read."""

    hot: int
    events: int
    calls: Counter[str] = field(default_factory=Counter)

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        asked = json.loads(request.body)
        name = f"{operation} {asked['IndexName']}" if "IndexName" in asked else operation
        self.calls[name] += 1
        body = json.dumps(getattr(self, operation)(asked)).encode()
        return AWSResponse(request.url, 200, {}, _Raw(body))

    def Query(self, asked: Any) -> Any:  # noqa: N802 - the name of the call
        if "IndexName" not in asked:
            name = asked["ExpressionAttributeValues"][":subject"]["S"]
            return {"Items": list(self._history(name)), "Count": self.events}
        values = asked["ExpressionAttributeValues"]
        if asked["IndexName"] == CREATED_INDEX:
            return {"Items": self._created(values[":day"]["S"])}
        temperature, _, shard = values[":key"]["S"].partition("#")
        if temperature == "hot" and ":until" in values:
            return {"Items": []}
        kind, total = {"hot": ("hot", self.hot), "warm": ("due", DUE)}.get(temperature, ("", 0))
        begin = int(asked.get("ExclusiveStartKey", {}).get("lead_id", {"S": "0"})["S"])
        items, size = [], 0
        for number in range(begin or int(shard), total, 8):
            item = stored(lead_id(kind, number))
            items.append({name: item[name] for name in ("lead_id", *PROJECTED)})
            size += 200
            if size >= PAGE or len(items) == asked.get("Limit"):
                return {"Items": items, "LastEvaluatedKey": {"lead_id": {"S": str(number + 8)}}}
        return {"Items": items}

    def _created(self, key: str) -> list[Any]:
        """Some of the hot leads and others, all of which were created today."""
        day, _, shard = key.partition("#")
        if not to_text(CREATED).startswith(day):
            return []
        names = [lead_id("hot", number) for number in range(int(shard), self.hot, 80)]
        names += [lead_id("new", number) for number in range(int(shard), NEW, 8)]
        created = {"created_at": {"S": to_text(CREATED)}, "channel": {"S": "paid_search"}}
        return [{"lead_id": {"S": name}, **created} for name in names]

    def _history(self, name: str) -> Iterator[Mapping[str, Any]]:
        for number in range(self.events):
            at = NOW - timedelta(hours=2, minutes=number)
            event = Event(
                event_id=f"{number:032}",
                type="page_viewed" if number else "contact_requested",
                occurred_at=at,
                received_at=at,
                expires_at=NOW + timedelta(days=80),
                subject=name,
                email="lukasz@example.org",
                properties={"name": "Łukasz Żak", "page_path": f"/pricing/{number}"},
            )
            yield stored_events.to_item(event)

    def BatchGetItem(self, asked: Any) -> Any:  # noqa: N802
        answer: dict[str, Any] = {}
        for table, request in asked["RequestItems"].items():
            found = (self._item(table, key) for key in request["Keys"])
            answer[table] = [item for item in found if item]
        return {"Responses": answer, "UnprocessedKeys": {}}

    def _item(self, table: str, key: Mapping[str, Any]) -> Mapping[str, Any]:
        if table == "leads":
            return stored(key["lead_id"]["S"])
        name = key["delivery_id"]["S"] if table == "deliveries" else ""
        recipient = name.split("#")[-1]
        if name.startswith("recipient#"):
            end = to_text(NOW - timedelta(days=1))
            return {**key, "last_digest": {"S": f"last#{recipient}"}, "window_end": {"S": end}}
        if name.startswith("last#"):
            first = 1_000 * int(recipient)
            told = [lead_id("gone", first + number) for number in range(MOST_GONE + 20)]
            owed = [lead_id("hot", first + number) for number in range(900)]
            return {**key, "state": {"S": "sent"}, "shown": {"SS": told}, "owed": {"SS": owed}}
        return {}

    def PutItem(self, asked: Any) -> Any:  # noqa: N802
        return {}

    UpdateItem = PutItem


class _Raw(io.BytesIO):
    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


class Names:
    events_table, leads_table, identities_table = "events", "leads", "identities"


class Services:
    """SES, SQS and Secrets Manager, which only count."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.queued: list[str] = []
        self.largest = 0

    def send_email(self, **request: Any) -> dict[str, str]:
        self.calls["SendEmail"] += 1
        self.largest = max(self.largest, len(request["Content"]["Raw"]["Data"]))
        return {"MessageId": "m"}

    def get_secret_value(self, **request: Any) -> dict[str, str]:
        self.calls["GetSecretValue"] += 1
        return {"SecretString": json.dumps({"link_1": "k" * 64})}

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self.calls["SendMessageBatch"] += 1
        self.queued += [json.loads(one["MessageBody"])["lead_id"] for one in request["Entries"]]
        return {}


def recipients() -> tuple[Recipient, ...]:
    return tuple(
        Recipient(
            id=str(number),
            name=f"Salesperson {number}",
            email=f"p{number}@example.com",
            language=("en", "pl", "de")[number % 3],
            timezone="Europe/Warsaw",
            digest=local_time(7, 30),
            weekdays=frozenset(range(7)),
        )
        for number in range(RECIPIENTS)
    )


class Load(NamedTuple):
    """What a run has taken: seconds by the clock and the processor, and the process's megabytes.

    `mailed` is when all mails were out. `looks` are the histories that were read.
    """

    seconds: float
    mailed: float
    cpu: float
    calls: int
    looks: int
    memory: float


def run(hot: int, events: int) -> Load:
    """A run with so many hot leads, and so many events of each lead that is looked at."""
    table, services = Table(hot, events), Services()
    client = Session().create_client(
        "dynamodb", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.meta.events.register_first("before-send.dynamodb", table)
    ticks = count()

    def clock() -> datetime:
        """Each call takes its time; so does the work, as the processor measures it."""
        next(ticks)
        calls = table.calls.total() + services.calls.total()
        return NOW + timedelta(seconds=calls * CALL + time.process_time() - began)

    stores = Stores.open(client, Names())
    outbox = Outbox(
        DeliveryStore(client, "deliveries"), Mailer(services, "a@example.com", "set"), clock
    )
    rules = deployed().live
    digester = Digester(
        Sales(recipients()),
        rules,
        Folder(stores, rules, clock),
        stores,
        CreatedStore(client, "leads"),
        WindowStore(client, "deliveries"),
        outbox,
        LookBack(
            HeldStore(client, "deliveries"),
            SuspectStore(client, "deliveries"),
            stores.events,
            load_config("forms"),
        ),
        ReaderLinks(LinkKeys(services, "links", clock), "https://api.example.com"),
    )
    queue = due.DueLeads(stores.leads, RescoreQueue(services, "queue"), clock)
    troubles = Troubles()
    began = time.process_time()
    assert digester.send(NOW, troubles) == RECIPIENTS
    mailed = (clock() - NOW).total_seconds()
    assert queue.run(NOW, NOW + due.BUDGET) == due.MOST_DUE
    seconds = (clock() - NOW).total_seconds()
    assert not troubles
    assert set(services.queued) <= {lead_id("due", number) for number in range(DUE)}
    assert len(set(services.queued)) == due.MOST_DUE
    assert services.calls["SendEmail"] == RECIPIENTS
    calls = table.calls.total() + services.calls.total()
    cpu = seconds - calls * CALL
    return Load(seconds, mailed, cpu, calls, table.calls["Query"], largest())


def largest() -> float:
    """The most memory that this process has had, in megabytes. `getrusage` has its parent's too."""
    if sys.platform != "linux":
        return 0.0
    status = Path("/proc/self/status").read_text()
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(kilobytes) / 1024


@pytest.mark.parametrize("hot", [500, 20_000])
def test_a_run_with_many_leads_has_time_and_memory_to_spare(
    hot: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with get_context("spawn").Pool(1) as apart:
        load = apart.apply(run, (hot, EVENTS))
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what this is run for
            f"\n{hot} hot, {DUE} due, {RECIPIENTS} recipients, {EVENTS} events a lead: "
            f"{load.seconds:.1f} s with {load.calls} calls of 5 ms and {load.cpu:.1f} s of the "
            f"processor; mails out after {load.mailed:.1f} s; {load.looks} histories read; "
            f"process {load.memory:.0f} MB"
        )
    assert load.seconds < SECONDS
    assert load.memory < MEGABYTES
    assert MOST <= load.looks <= 600


def test_the_state_of_a_hot_lead_is_what_the_table_says() -> None:
    lead = stored_leads.from_item(stored(lead_id("hot", 1)))
    assert (lead.state, lead.temperature) == (LeadState.LIVE, Temperature.HOT)
