"""The scoring language once more, plain and slow, to test the engine against.

Everything is computed from scratch at each instant, with fractions, in the order in which
the language is told. Nothing is shared with the engine but patterns and the reading of units.
"""

from reference.alerts import look
from reference.scoring import score

__all__ = ["look", "score"]
