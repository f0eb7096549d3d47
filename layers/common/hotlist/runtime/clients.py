"""The clients of AWS: how long each waits for an answer, and how often it asks.

The numbers stand in docs/operations.md too, and a test holds the two together. Capture's client
is made in `store/client`, with the numbers of DynamoDB.
"""

from typing import Any, Final, NamedTuple

import boto3
from botocore.config import Config


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
}
"""By the service's name in boto3. A service that is not here has no client."""

THREADS: Final = 16
"""How many calls are made side by side, and so how many connections a client may keep open."""


def aws_client(service: str) -> Any:
    """A boto3 client that gives up in time. KeyError for a service without numbers."""
    patience = PATIENCE[service]
    return boto3.client(
        service,
        config=Config(
            connect_timeout=patience.connect,
            read_timeout=patience.read,
            max_pool_connections=THREADS,
            retries={"total_max_attempts": patience.attempts, "mode": "standard"},
        ),
    )
