"""Notes which submissions of a batch a form's trap has caught, so that the digest can tell of them.

Nothing else sees them all: they make no lead and no letter.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable

from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.runtime.clients import PATIENCE
from hotlist.runtime.failures import Batch, Failed, described
from hotlist.runtime.stream import Record
from hotlist.store.events import from_item
from hotlist.store.hours import hour_of
from hotlist.store.suspects import SuspectStore

log = logging.getLogger(__name__)


def note_trapped(records: Iterable[Record], suspects: SuspectStore, batch: Batch) -> None:
    """Note the spam of forms among new events, in one write for each form and hour.

    What cannot be noted is not counted. A machine that posts without end must not hold up the
    stream by its count.
    """
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for record in records:
        if "flags" in record.image:
            event = batch.last_outcome(from_item, record.image)
            if isinstance(event, Event) and (form := _trapped_by(event)):
                found[form, hour_of(event.received_at)].append(event.event_id)
    for (form, hour), event_ids in found.items():
        if batch.time_left() <= PATIENCE["dynamodb"].longest:
            log.warning("not counted: no time")
            return
        noted = batch.last_outcome(suspects.note, form, hour, event_ids)
        if isinstance(noted, Failed):
            log.warning("not counted: %s", described(noted.error))


def _trapped_by(event: Event) -> str | None:
    """The form whose trap has caught an event, if one has."""
    form = event.properties.get("form")
    is_trapped = event.route is Route.FORM and SPAM in event.flags
    return form if is_trapped and isinstance(form, str) else None
