"""Corrections: what operators say of the flags of events. Pure."""

from collections.abc import Iterable

from hotlist.events.event import Event
from hotlist.events.vocabulary import is_kept_apart

_OPT_OUTS = frozenset({"unsubscribed", "consent_withdrawn", "profiling_objected"})


class Corrections:
    """The corrections among some events; of two about one event the latest word is the last."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._words: dict[str, list[Event]] = {}
        for event in sorted(events, key=lambda e: e.order):
            target = event.properties.get("event_id")
            if event.type == "event_reclassified" and isinstance(target, str):
                self._words.setdefault(target, []).append(event)

    def flags(self, event: Event) -> frozenset[str]:
        """The flags of an event with those that operators gave and without those they took.

        An opt-out by a signed link or call has its own for good: nobody else takes it back.
        """
        if event.type in _OPT_OUTS and is_kept_apart(event.route, event.type):
            return event.flags
        return self.corrected(event.event_id, event.flags)

    def corrected(self, event_id: str, flags: frozenset[str]) -> frozenset[str]:
        """The same for the id and the stored flags of an event that nobody has parsed yet."""
        for word in self._words.get(event_id, ()):
            flags = flags.difference(texts_of(word, "remove")).union(texts_of(word, "add"))
        return flags


def texts_of(event: Event, name: str) -> list[str]:
    """A property that is a text or a list of texts, as a list; anything else is left out."""
    value = event.properties.get(name)
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]
