"""The deployed rulesets: the live one, and the shadow that is tried out beside it."""

from dataclasses import dataclass

from hotlist import config
from hotlist.leads import rules_hash
from hotlist.scoring import domains, ruleset
from hotlist.scoring.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Rulesets:
    """What leads are scored by: `shadow` raises no alert and shows in no list."""

    live: Ruleset
    shadow: Ruleset | None = None

    @property
    def hash(self) -> str:
        """That of both: leads scored by another are scored again."""
        return rules_hash(self.live.hash, None if self.shadow is None else self.shadow.hash)


def deployed() -> Rulesets:
    """The rulesets of the checked configuration."""
    domains.built_in()  # read while the function starts, where the processor is a whole one
    shadow = config.find("shadow")
    return Rulesets(
        ruleset.from_checked(config.load("scoring")),
        None if shadow is None else ruleset.from_checked(shadow),
    )
