"""The environment variables of each function, typed and read once.

A function reads its settings while it is imported. So a missing variable fails the first start
after a deployment, with its name, and not some later request.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Self


class MissingSetting(KeyError):
    """The function needs an environment variable that is not set."""

    def __str__(self) -> str:
        return f"the environment variable {self.args[0]} is not set; set it in template.yaml"


class _Settings:
    """Each annotated name stands for the environment variable of that name in upper case.

    These are plain classes. To make four dataclasses would take longer than to read the settings.
    """

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment. :raises MissingSetting: with the first missing name."""
        settings = cls()
        for name in cls.names():
            value = environ.get(name.upper())
            if not value:
                raise MissingSetting(name.upper())
            setattr(settings, name, value)
        return settings

    @classmethod
    def names(cls) -> Iterator[str]:
        """The annotated names, with those of the classes it is made of."""
        for part in cls.__mro__:
            yield from getattr(part, "__annotations__", ())


class MetricsSettings(_Settings):
    powertools_metrics_namespace: str


class CaptureSettings(_Settings):
    events_table: str
    deliveries_table: str
    allowed_origins: str
    link_secret_arn: str
    rewards_bucket: str
    powertools_metrics_namespace: str


class ScoreSettings(_Settings):
    events_table: str
    leads_table: str
    identities_table: str
    deliveries_table: str
    rescore_queue_url: str
    outbox_queue_url: str
    failure_queue_url: str


class MappingSettings(_Settings):
    """The ids of the stack's mappings."""

    score_events_mapping: str
    score_gathered_mapping: str
    notify_alerts_mapping: str
    rescore_mapping: str
    outbox_mapping: str


class DigestSettings(MappingSettings):
    events_table: str
    leads_table: str
    identities_table: str
    deliveries_table: str
    rescore_queue_url: str
    outbox_queue_url: str
    link_secret_arn: str
    public_url: str
    sender: str
    configuration_set: str


class NotifySettings(_Settings):
    events_table: str
    leads_table: str
    deliveries_table: str
    outbox_queue_url: str
    outbox_dead_letters_url: str
    failure_queue_url: str
    link_secret_arn: str
    public_url: str
    sender: str
    configuration_set: str
    mail_lease_seconds: str
    mails_per_hour: str


class CardSettings(_Settings):
    events_table: str
    leads_table: str
    identities_table: str
    deliveries_table: str
    outbox_queue_url: str
    link_secret_arn: str
