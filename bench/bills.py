"""What each kind of request asks of DynamoDB. tests/integration/test_prices.py holds the functions
to these numbers, and the docs calculate with them.
"""

from dataclasses import dataclass, field
from typing import Final

from bench.units import Bill, cost

_PLACES_CLAIM_AND_LEAD: Final = ("UpdateItem", "UpdateItem", "PutItem")


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what capture asks, and then score, or for a mail notify.

    `alone`: it is scored at once and by itself. Otherwise a batch of what came in the same seconds
    shares the invocation. `letters` are messages of the OutboxQueue: a form's, or a mail's own.
    `alerts` are invocations of notify by the stream of leads.
    """

    name: str
    door: Bill
    scoring: Bill = field(default_factory=Bill)
    mailing: Bill = field(default_factory=Bill)
    calls_api: bool = True
    is_scored: bool = True
    alone: bool = False
    letters: int = 0
    alerts: int = 0
    budget: float | None = None
    """Dollars a million."""


UNKNOWN: Final = Request(
    "view of an unknown visitor",
    cost("BatchExecuteStatement", writes=1),
    cost("BatchGetItem", consistent=1),
    budget=3,
)


def _known(events: int, consistent: int) -> Request:
    return Request(
        f"view of a known person with {events} events",
        cost("BatchExecuteStatement", writes=1),
        cost(*["BatchGetItem"] * 4, *["Query"] * 2, "PutItem", consistent=consistent, writes=1),
        budget=5.5,
    )


KNOWN_10: Final = _known(10, 8)
KNOWN_100: Final = _known(100, 22)

NEW: Final = Request(
    "form of a new lead, with a browser",
    cost("PutItem", writes=1),
    cost(
        *["BatchGetItem"] * 3,
        *["Query"] * 2,
        *_PLACES_CLAIM_AND_LEAD,
        consistent=7,
        writes=3,
        index_writes=2,  # by temperature, and by the day
    ),
    alone=True,
    letters=1,
    alerts=1,
    budget=9,
)
"""Its message goes to sales: the letter is counted here, its mails as mails."""

REPEATED: Final = Request(
    "form that is sent again", cost("PutItem", writes=1), is_scored=False, budget=3
)

MAIL: Final = Request(
    "mail to a salesperson, beside what SES takes",
    Bill(),
    mailing=cost(
        *["BatchGetItem"] * 2,
        *["GetItem"] * 2,
        "Query",
        "PutItem",
        "UpdateItem",
        "UpdateItem",
        consistent=7,
        writes=3,
    ),
    calls_api=False,
    is_scored=False,
    alone=True,
    letters=1,
)

REQUESTS: Final = (UNKNOWN, KNOWN_10, KNOWN_100, NEW, REPEATED, MAIL)
