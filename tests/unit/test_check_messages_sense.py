"""What the check says of rules that can be read, and never fire or contradict themselves.

One table, as long as there are messages of the kind.
"""

import pytest

from rulesets import bands, event_rule, seats, told_first, top, with_rule

MESSAGES = [
    (
        bands("{points: 1}", "{points: 2}"),
        (
            "never-fires rules[1].first_of[1]: the band before it (1.) always fits, so this one "
            "never does; put it before, or leave it out"
        ),
    ),
    (
        bands("{where: {form: [a]}, points: 1}", "{where: {form: [a]}, points: 2}"),
        (
            "never-fires rules[1].first_of[1]: the band before it (1.) has the same condition; "
            "leave one of them out"
        ),
    ),
    (
        bands("{where: {form: [a, b]}, points: 1}", "{where: {form: [a], city: [x]}, points: 2}"),
        (
            "never-fires rules[1].first_of[1]: all that fits it fits the band before it (1.); put"
            " the narrower band first"
        ),
    ),
    (
        event_rule("active_from: 2026-03-01, active_until: 2026-02-01"),
        (
            "never-fires rules[1].active_until: it does not end after it begins, on 2026-03-01; "
            "write a later end"
        ),
    ),
    (
        event_rule("award: {at_count: 2, within: 500d}"),
        (
            "never-fires rules[1].award.within: events are not kept for so long; write less than "
            "`retention`"
        ),
    ),
    (
        with_rule("inactive: 1s, points: -1, award: each"),
        (
            "too-many-steps rules[1].inactive: it is awarded more than 1,000 times; write a "
            "longer time, or award once"
        ),
    ),
    (
        event_rule("award: {every: 2, within: day, distinct: day}"),
        ("never-fires rules[1].award.distinct: a day has just one day; count something else in it"),
    ),
    (
        event_rule("unless: {event: email_clicked}"),
        (
            "never-fires rules[1].unless: what the rule is about takes its points away at once; "
            "write another event, or `within`"
        ),
    ),
    (event_rule("min: 12, max: 12"), "cap rules[1].min: min is above 0; write at most 0"),
    (event_rule("max: 4"), "cap rules[1].max: a single award gives 10; write at least 10"),
    (event_rule("max: -1"), "cap rules[1].max: a single award gives 10; write at least 10"),
    (
        with_rule("event: email_clicked, points: -10, max: -1"),
        "cap rules[1].max: max is below 0; write at least 0",
    ),
    (
        with_rule("event: email_clicked, points: -10, min: -4"),
        "cap rules[1].min: a single award gives -10; write at most -10",
    ),
    (event_rule("min: 3"), "cap rules[1].min: min is above 0; write at most 0"),
    (
        event_rule("override: hot"),
        (
            "endless-override rules[1].override: it holds as long as events are kept; say how "
            "long by `lasts`, as in lasts: 14d"
        ),
    ),
    (
        event_rule("decay: {steps: {7d: 5, 14d: 2}}, lasts: 10d"),
        (
            "never-fires rules[1].decay.steps.14d: the award is gone by the step at 14d; leave it"
            " out, or let it last"
        ),
    ),
    (
        event_rule("decay: {linear: 7d}, lasts: 10d"),
        (
            "lasts-after-decay rules[1].lasts: the decay has taken all by the time that `lasts` "
            "ends it; write a shorter `lasts`, or give the decay a `floor`"
        ),
    ),
    (
        event_rule("decay: {steps: {14d: 5, 7d: 2}}"),
        (
            "order rules[1].decay.steps.7d: it is not after the step at 14d; write the steps by "
            "their age"
        ),
    ),
    (
        event_rule("decay: {steps: {7d: 5, 14d: 6}}"),
        (
            "order rules[1].decay.steps.14d: more is left than at 7d; an award only falls (a "
            "share is more than any points)"
        ),
    ),
    (
        event_rule("decay: {lose: 0.001, every: 1s}"),
        (
            "too-many-steps rules[1].decay: an award loses more than 1,000 times; lose more, or "
            "less often"
        ),
    ),
    (
        top("groups: {fit: {}, engagement: {max: 4}}"),
        (
            "unreachable temperature.warm: no lead reaches 20: the rules give at most 4 (total); "
            "write less"
        ),
    ),
    (
        with_rule("lead: {role: [owner]}, points: 5", head="temperature: {warm: 40, hot: 20}\n"),
        "order temperature.warm: warm is not below hot; ask for less, or more for hot",
    ),
    (
        top("grades: {b: 10, a: 20}"),
        (
            "order grades.a: 'b' before it asks for no more, so this is never given; write the "
            "best first"
        ),
    ),
    (
        with_rule(
            "lead: {role: [owner]}, points: 5", head="temperature: {warm: 1, hot: {fit: 6}}\n"
        ),
        (
            "unreachable temperature.hot.fit: no lead reaches 6: the rules give at most 5 (fit); "
            "write less"
        ),
    ),
    (
        with_rule("lead: {role: [owner]}, points: 5", head="temperature: {warm: 1, hot: -1}\n"),
        "order temperature.warm: warm is not below hot; ask for less, or more for hot",
    ),
    (
        with_rule(
            "lead: {role: [owner]}, points: 50",
            head="temperature: {warm: 20, hot: 40, rearm: 41}\n",
        ),
        (
            "rearm temperature.rearm: no lead falls that far below hot, so each alerts once; the "
            "lowest is 0 (total); write a smaller `rearm`"
        ),
    ),
    (
        top("groups: {engagement: {decay: {steps: {14d: 5, 7d: 2}}}}"),
        (
            "order groups.engagement.decay.steps.7d: it is not after the step at 14d; write the "
            "steps by their age"
        ),
    ),
    (
        top("", head="temperature: {hot: -1}\n"),
        (
            "unreachable temperature.hot: every lead is hot, whatever is known of it; write a "
            "higher minimum"
        ),
    ),
    (
        bands(seats(">=", 0, "<", 10), seats(">=", 5, "<", 20)),
        (
            "bands rules[1].first_of[1]: 5 to 10 fits the band before it too (1.); let one end "
            "where the other begins"
        ),
    ),
    (
        bands(seats(">=", 0, "<=", 9), seats(">=", 12, "<", 20)),
        (
            "gap rules[1].first_of[1]: no band has 10 to 11; let the bands meet, unless it is "
            "meant so"
        ),
    ),
    (
        bands(seats(">=", 0, "<=", 9), seats(">=", 11, "<", 20)),
        "gap rules[1].first_of[1]: no band has 10; let the bands meet, unless it is meant so",
    ),
    (event_rule("max: 0, min: 0"), "cap rules[1].max: a single award gives 10; write at least 10"),
    (
        event_rule("min: -5, max: -5"),
        "cap rules[1].min: min is not below max, which is -5; write less",
    ),
    (
        with_rule("event: email_clicked, points: 0, max: -1"),
        "cap rules[1].max: max is below 0; write at least 0",
    ),
    (top("total: {min: 5, max: 5}"), "cap total.min: min is not below max, which is 5; write less"),
    (
        top("groups: {engagement: {max: 5, min: 10}}"),
        "cap groups.engagement.min: min is not below max, which is 5; write less",
    ),
]


@pytest.mark.parametrize(("text", "told"), MESSAGES)
def test_what_is_told_first(text: str, told: str) -> None:
    assert told_first(text) == told
