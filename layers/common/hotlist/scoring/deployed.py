"""Loads the deployed rulesets: the live one, and the shadow that is tried beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hotlist.config.load import find_config, load_config
from hotlist.leads import classify
from hotlist.leads.lead import combined_hash
from hotlist.scoring import domains, ruleset
from hotlist.scoring.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Rulesets:
    """The rulesets that score leads. `shadow` raises no alert and changes no list."""

    live: Ruleset
    shadow: Ruleset | None = None

    @property
    def hash(self) -> str:
        """One hash of both. Leads that were scored by another one are scored again."""
        return combined_hash(self.live.hash, None if self.shadow is None else self.shadow.hash)


def deployed() -> Rulesets:
    """The rulesets of the checked configuration."""
    domains.built_in()  # read at the start, when Lambda gives a function a whole processor
    shadow = find_config("shadow")
    return Rulesets(_load(load_config("scoring")), None if shadow is None else _load(shadow))


def _load(checked: Mapping[str, Any]) -> Ruleset:
    """A ruleset whose hash has the classifier's version, so a new one scores every lead again."""
    loaded = ruleset.from_checked(checked)
    return replace(loaded, hash=f"{loaded.hash}-{classify.VERSION}")
