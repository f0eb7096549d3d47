"""The digest function's whole handler over tables in memory, and whoever works off its queues.

The handler is that of functions/digest/app.py. Its calls are counted in the order made, and it is
known which of its parts has made each.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

import pytest

from hotlist.leads.fold import Folder
from hotlist.links.check import KeyCheck
from hotlist.mail.queue import Letter, letter_of
from hotlist.mail.ses import delivery_hash
from hotlist.rescore.queue import lead_of
from hotlist.runtime.failures import Batch, RunFailed, Troubles
from hotlist.runtime.settings import DigestSettings, MappingSettings
from hotlist.runtime.stream import Record
from hotlist.sales.consume import OutboxConsumer
from hotlist.scoring.ruleset import Ruleset
from hotlist.store.hours import Held, HeldStore
from integration.lambdas import load
from integration.stages.mornings import Mail, Office, Settings

PARTS: Final = ("held", "digest", "due", "rescoring", "keys", "mappings")
"""What the handler does, in this order."""

OUTBOX, RESCORE = "outbox", "rescore"
IDLE: Final = "outbox_mapping"
"""The mapping that somebody has disabled."""


class _Services:
    """What the function calls beside DynamoDB, SES and the secret."""

    def __init__(self, office: "WholeOffice") -> None:
        self._office = office
        self.refused = 0

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        """The first entries are refused, so many as `refused` says."""
        refused, self.refused = self.refused, 0
        entries, queue = request["Entries"], request["QueueUrl"]
        assert 0 < len(entries) <= 10, "SQS takes ten messages at once"
        taken = [one["MessageBody"] for one in entries[refused:]]
        self._office.queues[queue] += taken
        self._office.queued.setdefault(self._office.part, []).extend(taken)
        return {"Failed": [{"Id": one["Id"]} for one in entries[:refused]]} if refused else {}

    def get_event_source_mapping(self, **request: Any) -> dict[str, str]:
        return {"State": "Disabled" if request["UUID"] == IDLE else "Enabled"}


class WholeOffice(Office):
    """An office in which runs are those of the whole handler.

    `queues` have the bodies of what waits. `queued` has by part what was ever put into a queue.
    """

    def __init__(self, sales: str, today: date, now: datetime, patch: pytest.MonkeyPatch) -> None:
        self._app: Any = None
        self._begun: dict[str, int] = {}
        self.queues: dict[str, list[str]] = {OUTBOX: [], RESCORE: []}
        self.queued: dict[str, list[str]] = {}
        self.part = ""
        self.services = _Services(self)
        super().__init__(sales, today, now, patch)
        client = self.calls.client(self.services)
        clients = {"lambda": client, "sqs": client, "dynamodb": self.client}
        for module in ("runtime.clients", "store.client"):
            patch.setattr(f"hotlist.{module}.aws_client", clients.__getitem__)
        names = {name: name for name in MappingSettings.names()}
        named = {name: getattr(Settings, name, name) for name in DigestSettings.names()}
        urls = {"outbox_queue_url": OUTBOX, "rescore_queue_url": RESCORE}
        environment = {key.upper(): value for key, value in {**named, **names, **urls}.items()}
        self._app = load("digest", environment, patch)
        office = self

        class Watched(Troubles):
            """Knows which part of the handler is at work."""

            def attempt(self, ids: Mapping[str, str], *work: Any, **said: Any) -> Any:
                if ids.get("work") in PARTS:
                    office.part = ids["work"]
                    office._begun[office.part] = len(office.calls.made)
                return super().attempt(ids, *work, **said)

        patch.setattr("hotlist.runtime.failures.Troubles", Watched)
        self.deploy(self._folder.ruleset)
        self._consumer = self._open_consumer()

    def deploy(self, rules: Ruleset) -> None:
        """All functions have these rules from now on."""
        self._folder = Folder(self._stores, rules, self._clock, side_by_side=_in_turn)
        self.start()

    def start(self) -> None:
        super().start()
        if self._app is None:  # while the office is made
            return
        app, clock = self._app, self._clock
        app.clock, app.digester = clock, self.digester
        app.due_leads = replace(app.due_leads, clock=clock)
        rules_hash = self._folder.ruleset.hash
        app.rescoring = replace(app.rescoring, clock=clock, rulesets_hash=rules_hash)
        app.key_check = KeyCheck.open(app.settings, app.dynamodb, clock)

    def handle(self, scheduled: datetime) -> str:
        """One run of the handler, at whatever time it is. What failed of it; nothing if all went.

        Killed passes through.
        """
        self._begun.clear()
        try:
            self._app.handler({"time": scheduled.isoformat()}, SimpleNamespace())
        except RunFailed as error:
            return str(error)
        return ""

    def part_of(self, call: int) -> str:
        """The part of the last run that has made the call of this number."""
        return max((at, name) for name, at in self._begun.items() if at <= call)[1]

    def work_off(self) -> None:
        """What score and notify do with all that is queued. A letter in trouble stays."""
        waiting, self.queues[RESCORE] = self.queues[RESCORE], []
        for lead_id in sorted(leads_of(waiting)):  # a second fold of the same finds nothing new
            self._folder.fold(lead_id)
        letters, self.queues[OUTBOX] = self.queues[OUTBOX], []
        records = [
            Record(str(place), "", "", body=body, queued_at=self.now)
            for place, body in enumerate(letters)
        ]
        batch = Batch(_nothing_is_parked)
        self._consumer.consume(records, batch)
        self.queues[OUTBOX] += [letters[int(place)] for place in batch.failed]

    def holds(self, held: Held, count: int) -> None:
        """An hour has had no place for so many alerts or messages."""
        store = HeldStore(self.tables.client, Settings.deliveries_table)
        at = datetime.fromisoformat(f"{held.hour}:30+00:00")
        for number in range(count):
            name = f"{'tell' if held.kind == 'message' else 'alert'}#x#{number:032}"
            store.hold(held.recipient, held.kind, f"{name}#{held.recipient}", at)

    def forget_keys(self) -> None:
        """The secret has other keys from now on than those that were seen."""
        key = {"delivery_id": {"S": "link_keys"}}
        table = Settings.deliveries_table
        item = self.tables.client.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        checks = {name: {"S": "of another key"} for name in item["checks"]["M"]}
        changed = {**item, "checks": {"M": checks}}
        self.tables.client.put_item(TableName=table, Item=changed)

    def untold(self) -> list[Held]:
        """The hours that somebody is to be told of still."""
        store = HeldStore(self.tables.client, Settings.deliveries_table)
        return store.untold(self.now + timedelta(days=1))

    def mails_of(self, letter: Letter) -> list[Mail]:
        tag = delivery_hash(letter.delivery_id)
        return [mail for mail in self.mails if mail.delivery == tag]

    def rules_of(self) -> set[str]:
        """The hashes of the rules by which the leads that count are scored."""
        live = (one for one in self.tables.items("leads") if one["state"]["S"] == "live")
        return {one["ruleset"]["S"] for one in live}

    def walked(self) -> tuple[str, int]:
        """For which rules the walk has gone, and how often over all leads."""
        found = self._app.progress.get()
        return found.rulesets_hash, found.passes

    def due(self, at: datetime) -> list[str]:
        return list(self._stores.leads.due(at))

    def kept(self) -> dict[str, list[Any]]:
        return {**super().kept(), **{name: list(held) for name, held in self.queues.items()}}

    def restore(self, kept: dict[str, list[Any]], now: datetime) -> None:
        super().restore(kept, now)
        self.queues = {name: list(kept[name]) for name in self.queues}
        self.queued.clear()

    def _open_consumer(self) -> OutboxConsumer:
        """Notify's. Whether it survives its own troubles is shown elsewhere."""
        settings: Any = SimpleNamespace(
            **{name: getattr(Settings, name) for name in vars(Settings) if name[0] != "_"},
            outbox_queue_url=OUTBOX,
            outbox_dead_letters_url="dead letters",
            mail_lease_seconds="900",
            mails_per_hour="60",
        )
        client, services = self.tables.client, self.services
        consumer = OutboxConsumer.open(settings, client, services, self._clock, _counted)
        letters = replace(consumer.letters, sales=self.sales)
        return replace(consumer, letters=letters)


def letters_of(bodies: Iterable[str]) -> set[str]:
    """The deliveries of letters."""
    return {letter_of(body).delivery_id for body in bodies}


def leads_of(bodies: Iterable[str]) -> set[str]:
    return {lead_of(body) for body in bodies}


def attentions(printed: str) -> list[str]:
    """The kinds of what somebody has to look at."""
    return [said["attention"] for said in _lines(printed) if "attention" in said]


def idle(printed: str) -> list[int]:
    """How many mappings were not at work, as each run has counted them."""
    found = [said["MappingsDisabled"] for said in _lines(printed) if "MappingsDisabled" in said]
    return [int(one[0] if isinstance(one, list) else one) for one in found]


def _lines(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if line[:1] == "{"]


def _in_turn(work: Any) -> None:
    for one in work:
        one()


def _counted(name: str, **dimensions: str) -> None:
    pass


def _nothing_is_parked(record: Record, error: Exception) -> None:
    raise AssertionError(f"parked: {record.body}") from error
