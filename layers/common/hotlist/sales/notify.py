"""The notify function's work on the Leads stream: a lead that turned hot is queued as an alert."""

from collections.abc import Iterable
from dataclasses import dataclass

from hotlist.mail.queue import Alert, Letter, OutboxQueue
from hotlist.runtime.failures import Batch
from hotlist.runtime.stream import Record


@dataclass(frozen=True, slots=True)
class Notifier:
    """Queues alerts."""

    queue: OutboxQueue

    def notify(self, records: Iterable[Record], batch: Batch) -> int:
        """Queue an alert for each record of a lead that has just turned hot; how many."""
        alerts = [(record, letter) for record in records for letter in _alerts(record)]
        return sum(
            batch.attempt([record], self.queue.send, [letter]) or 0 for record, letter in alerts
        )


def _alerts(record: Record) -> list[Letter]:
    alert_id = record.image.get("alert_id", {}).get("S")
    if alert_id is None or alert_id == record.before.get("alert_id", {}).get("S"):
        return []
    return [Letter(Alert(record.subject, alert_id))]
