"""The answer of sales as a lead's item has it: one attribute, a list as JSON."""

import json
from datetime import date

from hotlist.events.answers import SalesAnswer
from hotlist.events.times import from_text, to_text
from hotlist.store.items import Item


def answer_text(answer: SalesAnswer) -> str:
    """What is stored: type, event, instant, who, until when, and on which day if that is known."""
    until = None if answer.until is None else to_text(answer.until)
    said = [answer.type, answer.event_id, to_text(answer.at), answer.by, until]
    return json.dumps(said if answer.day is None else [*said, answer.day.isoformat()])


def read_answer(item: Item) -> SalesAnswer | None:
    """What the item of a lead has, if it has an answer. Older versions stored no day."""
    if "answer" not in item:
        return None
    said, event_id, at, by, until, *day = json.loads(item["answer"]["S"])
    back = until and from_text(until)
    return SalesAnswer(event_id, said, from_text(at), by, back, *map(date.fromisoformat, day))
