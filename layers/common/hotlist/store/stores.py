"""The three tables that a fold reads and writes, opened together."""

from dataclasses import dataclass
from typing import Any, Protocol, Self

from hotlist.store.events import EventStore
from hotlist.store.identities import IdentityStore
from hotlist.store.leads import LeadStore


class TableNames(Protocol):
    """The settings that name the tables."""

    @property
    def events_table(self) -> str: ...
    @property
    def leads_table(self) -> str: ...
    @property
    def identities_table(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Stores:
    """Events, leads and identities over one DynamoDB client."""

    events: EventStore
    leads: LeadStore
    identities: IdentityStore

    @classmethod
    def open(cls, client: Any, names: TableNames) -> Self:
        """The stores of the tables that the settings name."""
        return cls(
            EventStore(client, names.events_table),
            LeadStore(client, names.leads_table),
            IdentityStore(client, names.identities_table),
        )
