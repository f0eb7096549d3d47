"""The environment of each function: typed, read once, complete or refused.

A function reads its settings while it is imported, so a missing name fails the deployment's
first start with that name and not some later request.
"""

import os
from collections.abc import Mapping
from typing import Self


class MissingSetting(KeyError):
    """An environment variable that the function needs is not set."""

    def __str__(self) -> str:
        return f"environment variable {self.args[0]} is not set; template.yaml gives it"


class _Settings:
    """Each annotated name is the environment variable of the same name in upper case.

    Plain classes: making four dataclasses takes longer than reading the settings.
    """

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment. :raises MissingSetting: with the first missing name."""
        settings = cls()
        for name in cls.__annotations__:
            value = environ.get(name.upper())
            if not value:
                raise MissingSetting(name.upper())
            setattr(settings, name, value)
        return settings


class CaptureSettings(_Settings):
    events_table: str
    allowed_origins: str


class ScoreSettings(_Settings):
    events_table: str
    leads_table: str
    identities_table: str
    rescore_queue_url: str
    outbox_queue_url: str
    failure_queue_url: str


class DigestSettings(_Settings):
    events_table: str
    leads_table: str
    identities_table: str
    deliveries_table: str
    rescore_queue_url: str
    outbox_queue_url: str
    sender: str
    configuration_set: str


class NotifySettings(_Settings):
    events_table: str
    leads_table: str
    deliveries_table: str
    outbox_queue_url: str
    outbox_dead_letters_url: str
    failure_queue_url: str
    sender: str
    configuration_set: str
    mail_lease_seconds: str
    mails_per_hour: str
