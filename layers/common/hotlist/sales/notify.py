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
        return sum(
            batch.attempt([record], self.queue.send, [Letter(alert)]) or 0
            for record in records
            for alert in alerts(record)
        )


def alerts(record: Record) -> list[Alert]:
    """The alert that a record of the Leads stream is, if its lead has just turned hot."""
    alert_id = record.image.get("alert_id", {}).get("S")
    if alert_id is None or alert_id == record.before.get("alert_id", {}).get("S"):
        return []
    return [Alert(record.subject, alert_id)]
