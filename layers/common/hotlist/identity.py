"""Identifiers: normalised e-mail addresses and phone numbers, and their subjects.

A subject is one identifier, named `email:<uuid5>`, `phone:<uuid5>` or `visitor:<uuid5>`:
the partition of its events and, for e-mails and phones, the id of its lead.
"""

import uuid
from typing import Final

EMAIL: Final = "email"
PHONE: Final = "phone"
VISITOR: Final = "visitor"

_NAMESPACE: Final = uuid.UUID("6f1f7c1e-5a0e-5b57-9d55-0f8f3c0f2a11")


class BadIdentifier(ValueError):
    """An e-mail address or phone number that cannot be one; the message says why."""


def subject(kind: str, normalised: str) -> str:
    """The subject of an identifier whose value is already normalised."""
    return f"{kind}:{uuid.uuid5(_NAMESPACE, f'{kind}:{normalised}')}"


def kind_of(subject_id: str) -> str:
    """`email`, `phone` or `visitor`."""
    return subject_id.partition(":")[0]
