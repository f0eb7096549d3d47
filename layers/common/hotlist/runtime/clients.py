"""The clients of AWS: how long each waits for an answer, how often it asks, and whom it trusts.

The numbers stand in docs/operations.md too, and a test holds the two together.
"""

import functools
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from botocore import handlers
from botocore.config import Config
from botocore.session import Session

from hotlist.runtime import trust
from hotlist.runtime.settings import MetricsSettings


class Patience(NamedTuple):
    """The seconds to wait for a connection and for an answer, and the attempts in all."""

    connect: float
    read: float
    attempts: int

    @property
    def longest(self) -> float:
        """How long a call may hang: all attempts, and botocore's longest pauses between them."""
        pauses = (1 << (self.attempts - 1)) - 1  # one second, then two, then four
        return self.attempts * (self.connect + self.read) + pauses


PATIENCE: Final = {
    "dynamodb": Patience(connect=1, read=2, attempts=3),
    "sqs": Patience(connect=1, read=2, attempts=3),
    # An answer that was lost may have been a mail, and botocore would send another.
    "sesv2": Patience(connect=1, read=5, attempts=1),
    "lambda": Patience(connect=1, read=2, attempts=2),
    "s3": Patience(connect=1, read=1, attempts=1),  # a file's address is good without its answer
    # With DynamoDB's it ends before capture does.
    "secretsmanager": Patience(connect=1, read=2, attempts=2),
}
"""By the service's name in botocore. A service that is not here has no client."""

_FILES: Final[Mapping[str, Any]] = {
    "signature_version": "s3v4",
    "s3": {"addressing_style": "virtual"},  # else an address names no region, and may be redirected
}

THREADS: Final = 16
"""How many calls are made side by side, and so how many connections a client may keep open."""


def aws_client(service: str) -> Any:
    """A low-level client that gives up in time. KeyError for a service without numbers.

    Three things are left out for speed. boto3: its session costs 70 million instructions of a
    cold start, so botocore is used directly. Most built-in handlers: they cost 50 million, and a
    test shows that requests differ by telemetry alone. The validation of parameters and a new user
    agent for each request: they cost 8 % of a request. S3 has the handlers: they place the bucket
    in the address, and sign as S3 wants it.
    """
    patience = PATIENCE[service]
    config = Config(
        connect_timeout=patience.connect,
        read_timeout=patience.read,
        max_pool_connections=THREADS,
        retries={"total_max_attempts": patience.attempts, "mode": "standard"},
        parameter_validation=False,
        user_agent="hotlist",
        **(_FILES if service == "s3" else {}),
    )
    session = _session(service == "s3")
    roots = trust.amazons_roots(session)
    client = session.create_client(service, config=config, verify=roots)
    if roots and trust.is_anybody_elses(client.meta.endpoint_url):
        roots = None
        client = session.create_client(service, config=config)
    if roots:
        trust.fall_back(client, MetricsSettings.load().powertools_metrics_namespace)
    if service == "sqs":
        # Lambda ends a message that has gone round in circles 16 times. It counts by this header.
        client.meta.events.register("before-call.sqs", handlers.add_recursion_detection_header)
    return client


@functools.cache
def _session(has_handlers: bool) -> Session:
    """One for all clients: what it reads (regions, endpoints, credentials) it reads once."""
    return Session(include_builtin_handlers=has_handlers)
