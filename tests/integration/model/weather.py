"""How often each service fails in a schedule."""

from dataclasses import dataclass
from random import Random


@dataclass
class Weather:
    """Chances, each for one call. `doubled`: a queue gives a message twice."""

    lost: float = 0.0
    throttled: float = 0.0
    out: float = 0.0
    refused: float = 0.0
    bounced: float = 0.0
    secret: float = 0.0
    dynamodb: float = 0.0
    sqs: float = 0.0
    doubled: float = 0.0
    out_of_time: float = 0.0

    @classmethod
    def of(cls, random: Random) -> "Weather":
        return cls(
            lost=random.choice([0.0, 0.1, 0.4]),
            throttled=random.choice([0.0, 0.1, 0.3]),
            out=random.choice([0.0, 0.0, 0.2]),
            refused=random.choice([0.0, 0.0, 0.1]),
            bounced=random.choice([0.0, 0.0, 0.1]),
            secret=random.choice([0.0, 0.0, 0.1]),
            dynamodb=random.choice([0.0, 0.0, 0.01, 0.05]),
            sqs=random.choice([0.0, 0.05, 0.2]),
            doubled=random.choice([0.0, 0.05, 0.2]),
            out_of_time=random.choice([0.0, 0.1]),
        )

    def calm(self) -> None:
        """Nothing fails any more."""
        self.__init__()  # type: ignore[misc]
