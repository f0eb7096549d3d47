"""The time of a schedule."""

from datetime import datetime, timedelta
from random import Random

from integration.model import histories


class Clock:
    """The time, and the clocks of machines, which differ a little and go on at each look."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._skew = random.choice([0, 0, 4])
        self.now = histories.START

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=250)
        return self.now + timedelta(seconds=self._random.uniform(-self._skew, self._skew))
