"""The thirty rules of the bench are rules that the build takes. Its visits match most of them."""

from bench import scoring, visits

from hotlist.scoring.check.scoring_file import compile_scoring
from hotlist.scoring.rules import Relevance
from hotlist.scoring.ruleset import from_checked


def test_the_thirty_rules_are_good_and_match_what_the_bench_has() -> None:
    ruleset = from_checked(compile_scoring(scoring.THIRTY.read_text("utf-8"), "thirty.yaml"))
    assert len(ruleset.rules) == 30
    seen = [one for event in visits.history(2_000) for one in ruleset.seen(event)]
    matched = {place for relevance, place in seen if relevance is Relevance.MATCH}
    assert len(matched) > 20
