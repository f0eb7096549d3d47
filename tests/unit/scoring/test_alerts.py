"""Section 9: an alert follows a crossing."""

from datetime import datetime
from typing import Any

import pytest

from hotlist.leads.lead import Alerting
from hotlist.scoring import engine
from hotlist.scoring.ruleset import from_checked
from scoring import DAY0, MS, Time, event, instant, rules, score, visit

FACT = {"id": "fact", "lead": {"x": [1]}}


def ruleset(*made: Any, hot: Any = 150, rearm: Any = 10, **top: Any) -> Any:
    return from_checked({"temperature": {"hot": hot, "rearm": rearm}, "rules": [*made], **top})


def look(
    total: float, *, armed: bool = True, rearms_at: datetime | None = None, **top: Any
) -> engine.Look:
    """A look at a lead whose only fact gives so many points, in the group `fit`."""
    made = ruleset({**FACT, "points": total}, **top)
    return engine.look(made, {"x": 1}, [], DAY0, Alerting(armed, rearms_at))


@pytest.mark.parametrize(
    ("armed", "total", "alert", "after"),
    [
        (True, 150, True, False),
        (True, 149, False, True),
        (True, 0, False, True),
        (False, 150, False, False),
        (False, 149, False, False),
        (False, 141, False, False),
        (False, 140, False, True),
        (False, 0, False, True),
    ],
)
def test_the_table(armed: bool, total: float, alert: bool, after: bool) -> None:
    seen = look(total, armed=armed)
    assert (seen.crossed, seen.alerting.armed) == (alert, after)
    assert seen.score.total == total


@pytest.mark.parametrize(
    ("totals", "alerts"),
    [([149, 151, 160], 1), ([150, 140, 151], 2), ([150, 141, 151], 1)],
)
def test_the_worked_example(totals: list[int], alerts: int) -> None:
    alerting, crossed = Alerting(), 0
    for total in totals:
        seen = engine.look(ruleset({**FACT, "points": total}), {"x": 1}, [], DAY0, alerting)
        alerting, crossed = seen.alerting, crossed + seen.crossed
    assert crossed == alerts


def test_a_new_lead_is_armed() -> None:
    assert Alerting().armed
    assert Alerting().rearms_at is None


@pytest.mark.parametrize(
    ("rearm", "hot", "cooled", "not_yet"),
    [
        (10, 150, 140, 141),
        (0, 150, 149, 150),
        (0.5, 150, 149, 150),
        (1, 150, 149, 150),
        (1.5, 150, 148, 149),
        ("10%", 150, 135, 136),
        ("10%", 155, 139, 140),  # 15.5
        ("0%", 150, 149, 150),
        ("100%", 20, 0, 1),
        (2, -10, -12, -11),
        ("10%", -10, -11, -10),  # of 10, without its sign
        ("50%", 0, -1, 0),
        (10, {"fit": 20}, 10, 11),
        (10, {"fit": 20, "total": 5}, 10, 11),
        (10, {"total": 40, "fit": 20}, 30, 31),
        ("10%", {"total": 40, "fit": 20}, 36, 37),
    ],
)
def test_cooled_is_not_hot_and_a_minimum_missed_by_so_much(
    rearm: Any, hot: Any, cooled: float, not_yet: float
) -> None:
    assert look(cooled, armed=False, rearm=rearm, hot=hot).alerting.armed
    assert not look(not_yet, armed=False, rearm=rearm, hot=hot).alerting.armed


def test_the_default_margin_is_a_tenth() -> None:
    made = [rules({**FACT, "points": points}, hot=100) for points in (90, 91)]
    found = [engine.look(one, {"x": 1}, [], DAY0, Alerting(armed=False)) for one in made]
    assert [seen.alerting.armed for seen in found] == [True, False]


def test_one_minimum_missed_by_its_margin_is_enough() -> None:
    made = ruleset(
        {**FACT, "points": 20, "group": "engagement"}, hot={"total": 20, "fit": 5}, rearm=5
    )
    seen = engine.look(made, {"x": 1}, [], DAY0, Alerting(armed=False))
    assert seen.alerting.armed


def test_hot_by_override_is_not_cooled_and_cold_by_override_only_if_a_minimum_is_missed() -> None:
    for override, points, armed in (("hot", 0, False), ("cold", 150, False), ("cold", 140, True)):
        made = ruleset({**FACT, "points": points, "override": override})
        seen = engine.look(made, {"x": 1}, [], DAY0, Alerting(armed=False))
        assert seen.alerting.armed is armed
    made = ruleset({**FACT, "points": 0, "override": "hot"})
    assert engine.look(made, {"x": 1}, [], DAY0, Alerting()).crossed


def test_a_suspended_lead_has_cooled() -> None:
    made = ruleset({**FACT, "points": 150})
    facts = {"x": 1, "suspended": True}
    seen = engine.look(made, facts, [], DAY0, Alerting(armed=False))
    assert (seen.crossed, seen.alerting) == (False, Alerting())
    segments = [{"id": "s", "lead": {"x": [1]}, "suspended": True}]
    seen = engine.look(
        ruleset({**FACT, "points": 150}, segments=segments), facts, [], DAY0, Alerting(armed=False)
    )
    assert seen.alerting.armed


def test_the_margin_is_that_of_the_segment() -> None:
    segments = [{"id": "s", "lead": {"x": [1]}, "temperature": {"rearm": 1}}]
    assert look(149, armed=False, segments=segments).alerting.armed
    segments = [{"id": "s", "lead": {"x": [1]}, "temperature": {"hot": 160}}]
    assert look(150, armed=False, segments=segments).alerting.armed


@pytest.mark.parametrize(
    ("total", "late", "crossed"),
    [(150, -MS, True), (150, 0 * MS, True), (150, MS, False), (145, 0 * MS, False)],
)
def test_a_lead_that_cooled_unseen_is_armed(total: float, late: Any, crossed: bool) -> None:
    seen = look(total, armed=False, rearms_at=DAY0 + late)
    assert seen.crossed is crossed
    assert seen.alerting.armed is (total < 150)


FADING = {"id": "v", "event": "page_viewed", "points": 40, "decay": {"linear": "40d"}}


def alerting(at: Time, hot: Any = 40, armed: bool = True) -> Alerting:
    made = ruleset(FADING, hot=hot)
    return engine.look(made, {}, [visit()], instant(at), Alerting(armed)).alerting


def test_rearms_at_is_the_first_instant_from_now_at_which_the_lead_is_cooled() -> None:
    # 40 · (1 − a/40d) is shown as 30 while it is below 30.5, from day 9.5 on; the thousandth
    # is rounded half up, so 30.5 is left 0.0005 points, 43.2 s, later.
    at = instant(9.5)
    found = alerting(0)
    assert not found.armed
    assert found.rearms_at is not None
    assert found.rearms_at - at == 43_201 * MS
    made = ruleset(FADING, hot=40)
    assert score(made, [visit()], found.rearms_at - MS).total == 31
    assert score(made, [visit()], found.rearms_at).total == 30
    assert alerting(5, armed=False) == found
    assert alerting(found.rearms_at, armed=False) == Alerting()


def test_there_is_none_where_it_never_cools_and_none_where_it_is_armed() -> None:
    seen = look(150)
    assert (seen.alerting.armed, seen.alerting.rearms_at) == (False, None)
    assert look(145, armed=False).alerting == Alerting(armed=False)
    assert look(149, rearms_at=DAY0).alerting == Alerting()


def test_rearms_at_looks_past_times_at_which_it_is_not_hot_but_not_cooled_either() -> None:
    made = ruleset({**FADING, "decay": {"steps": {"1d": 35, "2d": 31, "3d": 30}}}, hot=40)
    found = engine.look(made, {}, [visit()], DAY0, Alerting()).alerting
    assert found.rearms_at == instant(3)


def test_what_a_lead_keeps_beside_is_left_alone() -> None:
    kept = Alerting(armed=True, alert_id="a1", hot_since=DAY0)
    seen = engine.look(ruleset({**FACT, "points": 150}), {"x": 1}, [], DAY0, kept)
    assert (seen.alerting.alert_id, seen.alerting.hot_since) == ("a1", DAY0)


def test_a_lead_that_an_event_ahead_makes_hot_may_cool_after_it() -> None:
    made = ruleset({**FADING, "decay": "none", "lasts": "5d"}, hot=40)
    ahead = [visit(2), event("ad_clicked", 0)]
    seen = engine.look(made, {}, ahead, DAY0, Alerting(armed=False))
    assert seen.alerting.armed  # 0 is cooled now
    seen = engine.look(made, {}, ahead, instant(2), seen.alerting)
    assert (seen.crossed, seen.alerting.rearms_at) == (True, instant(7))
