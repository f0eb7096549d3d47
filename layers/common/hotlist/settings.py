"""The environment of each function: typed, read once, complete or refused.

A function reads its settings while it is imported, so a missing name fails the deployment's
first start with that name and not some later request.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self


class MissingSetting(KeyError):
    """An environment variable that the function needs is not set."""

    def __str__(self) -> str:
        return f"environment variable {self.args[0]} is not set; template.yaml gives it"


@dataclass(frozen=True, slots=True)
class _Settings:
    """Each field is the environment variable of the same name in upper case."""

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment. :raises MissingSetting: with the first missing name."""
        values = {}
        for field in fields(cls):
            name = field.name.upper()
            if not environ.get(name):
                raise MissingSetting(name)
            values[field.name] = environ[name]
        return cls(**values)


@dataclass(frozen=True, slots=True)
class CaptureSettings(_Settings):
    events_table: str
    allowed_origins: str


@dataclass(frozen=True, slots=True)
class ScoreSettings(_Settings):
    events_table: str
    leads_table: str
    identities_table: str
    rescore_queue_url: str
    failure_queue_url: str


@dataclass(frozen=True, slots=True)
class DigestSettings(_Settings):
    events_table: str
    leads_table: str
    identities_table: str
    deliveries_table: str
    rescore_queue_url: str
    sender: str
    configuration_set: str


@dataclass(frozen=True, slots=True)
class NotifySettings(_Settings):
    deliveries_table: str
    failure_queue_url: str
    sender: str
    configuration_set: str
