"""A second implementation of the scoring language, plain and slow. The engine is tested against it.

Everything is calculated from the beginning at each instant, with fractions, in the order in which
docs/scoring.md describes it. The two share only the patterns and the reading of values.
"""

from reference.alerts import look
from reference.scoring import score

__all__ = ["look", "score"]
