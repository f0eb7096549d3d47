"""What the check says of values that it cannot read: what is wrong, where, what to write.

One table, as long as there are messages of the kind.
"""

import pytest

from rulesets import bands, event_rule, told_first, top, with_rule

MESSAGES = [
    (
        event_rule("humans_only: yes"),
        "type rules[1].humans_only: 'yes' is not true or false; write one of them",
    ),
    (
        event_rule("title: 5"),
        (
            "type rules[1].title: 5 is no title; write a text, or a map of language to text like "
            "{en: Visit, pl: Wizyta}"
        ),
    ),
    (
        event_rule("title: ''"),
        (
            "type rules[1].title: '' is no title; write a text, or a map of language to text like"
            " {en: Visit, pl: Wizyta}"
        ),
    ),
    (
        with_rule("event: email_clicked, override: lukewarm, lasts: 1d"),
        "type rules[1].override: 'lukewarm' is no temperature; write cold, warm or hot",
    ),
    (
        event_rule("lasts: 5m"),
        (
            "type rules[1].lasts: '5m' may be minutes or months: write 5min; there are no months,"
            " so write 30d for one"
        ),
    ),
    (
        top("ignore: page_viewed"),
        "type ignore: write a list of matchers, as in [{event: page_viewed}]",
    ),
    (
        top("ignore: [{}]"),
        "type ignore[0]: an empty matcher matches everything; name an `event`, or a `where`",
    ),
    (
        with_rule("event: [], points: 1"),
        "type rules[1].event: an empty list matches no event; name a type",
    ),
    (
        with_rule("event: 5, points: 1"),
        (
            "type rules[1].event: 5 is no type of event; write one like page_viewed, or a list of"
            " them"
        ),
    ),
    (
        event_rule("where: form"),
        (
            "type rules[1].where: 'form' is no pattern; write fields and their values, as in "
            '{form: ["ebook"]}'
        ),
    ),
    (
        event_rule("where: {form: ebook}"),
        (
            "bad-pattern rules[1].where.form: the text 'ebook' is not a list; write values, "
            'as in ["a"]'
        ),
    ),
    (
        event_rule("where: {}"),
        ('bad-pattern rules[1].where: an object without fields; write a field, as in {"a": ["b"]}'),
    ),
    (
        event_rule("where: {<<: [1]}"),
        "bad-pattern rules[1].where.<<: YAML 1.2 has no merge keys; write the fields out",
    ),
    (
        event_rule("where: {n: [0.12345678901234567890]}"),
        (
            "bad-pattern rules[1].where.n[0]: a number of more digits than a double keeps; write "
            "at most 15"
        ),
    ),
    (
        event_rule("unless: {within: 3d}"),
        (
            "type rules[1].unless: an empty matcher matches everything; name an `event`, or a "
            "`where`"
        ),
    ),
    (
        event_rule("award: twice"),
        (
            "type rules[1].award: 'twice' is no award; write each, once, per_day, per_session, "
            "latest, or a map like {every: 3}"
        ),
    ),
    (
        event_rule("award: {within: 7d}"),
        "type rules[1].award: an award has one of `at_count` and `every`, as in {every: 3}",
    ),
    (
        event_rule("award: {every: 2, at_count: 2}"),
        "type rules[1].award: an award has one of `at_count` and `every`, as in {every: 3}",
    ),
    (
        event_rule("award: {every: 0}"),
        "type rules[1].award.every: 0 is no count; write 1, 2, 3 or more",
    ),
    (
        event_rule("award: {every: 1.5}"),
        "type rules[1].award.every: 1.5 is no count; write 1, 2, 3 or more",
    ),
    (
        event_rule("decay: slow"),
        "type rules[1].decay: 'slow' is no decay; write none, or a map like {half_life: 30d}",
    ),
    (
        event_rule("decay: {half_life: 30d, linear: 10d}"),
        "type rules[1].decay: a decay has exactly one of half_life, linear, lose, steps",
    ),
    (
        event_rule("decay: {half_life: 30d, every: 7d}"),
        "type rules[1].decay.every: `every` goes with `lose` alone; leave it out",
    ),
    (
        event_rule("decay: {lose: 5}"),
        "type rules[1].decay: `every` is missing: how often it loses, as in every: 7d",
    ),
    (
        event_rule("decay: {lose: 0, every: 7d}"),
        "type rules[1].decay.lose: it loses nothing; write points or a share like 10%",
    ),
    (
        event_rule("decay: {steps: []}"),
        (
            "type rules[1].decay.steps: [] are no steps; write ages and what is left, as in {7d: "
            "75%, 14d: 5}"
        ),
    ),
    (
        event_rule("decay: {steps: {soon: 5}}"),
        (
            "type rules[1].decay.steps.soon: 'soon' is not a duration; "
            "write 30s, 5min, 12h, 30d or 2w"
        ),
    ),
    (
        top("grades: {a: many}"),
        (
            "type grades.a: 'many' is no whole number; write one like 40, or a map of groups and "
            "total"
        ),
    ),
    (
        top("grades: {a: {fit: 5.5}}"),
        "type grades.a.fit: 5.5 is not a whole number; write one like 40",
    ),
    (top("temperature: 5", head=""), "type temperature: write a map of hot, rearm, warm"),
    (top("temperature: {warm: 5}", head=""), "type temperature: `hot` is missing"),
    ("temperature: {hot: 5}\n", "type : `rules` is missing"),
    ("temperature: {hot: 5}\nrules: []\n", "type rules: write a list of rules; at least one"),
    ("temperature: {hot: 5}\nrules: [{}]\n", "type rules[0]: `id` is missing"),
    (bands("{where: {form: [a]}}"), "type rules[1].first_of[0]: `points` is missing"),
    (event_rule("group: 5"), "type rules[1].group: 5 is no name of a group; write one"),
    (top("groups: [fit]"), "type groups: write a map of groups, as in {fit: {max: 40}}"),
    (
        top("domains: {freemail: [no domain]}"),
        "type domains.freemail[0]: 'no domain' is no domain; write one like example.com",
    ),
    (
        top("domains: [x]"),
        ("type domains: write a map of classes to their domains, as in {freemail: [example.com]}"),
    ),
    (
        top("domains: {freemail: x.com}"),
        "type domains.freemail: write a list of domains, as in [example.com]",
    ),
    (top("retention: 5"), "type retention: 5 is not a duration; write 30s, 5min, 12h, 30d or 2w"),
    (
        top("timezone: Mars/Base"),
        "type timezone: 'Mars/Base' is not a time zone; write one like Europe/Warsaw, or UTC",
    ),
    (top("shadow: 5"), "type shadow: 5 is no text; write one, in quotes if need be"),
    (
        with_rule("event: email_clicked, points: lots"),
        "type rules[1].points: 'lots' is not a number of points; write 15, -5 or 0.5",
    ),
    (
        with_rule("event: email_clicked, points: 1.2345"),
        "type rules[1].points: 1.2345 has more than three decimals; round it",
    ),
    (
        with_rule("event: email_clicked, points: 1000000000"),
        "type rules[1].points: points must be below a billion; write less",
    ),
    ("rules: [a: b", "yaml : not YAML: expected ',' or ']', but got '<stream end>'"),
    (
        "- a",
        (
            "type : write a map of domains, grades, groups, ignore, retention, rules, segments, "
            "shadow, stages, temperature, timezone, total"
        ),
    ),
    ("", "type : the file is empty; docs/ has an example of each file"),
    (
        top("stages: 5"),
        (
            "type stages: write a map of stages and their matchers, as in {intent: [{event: "
            "demo_requested}]}"
        ),
    ),
    (
        top("stages: {intent: 5}"),
        "type stages.intent: write a list of matchers, as in [{event: page_viewed}]",
    ),
    (top("grades: 5"), "type grades: write a map of grades, best first, as in {A: 60, B: {}}"),
    (
        with_rule("lead: {role: [a]}, points: 1").replace("id: one", "id: A"),
        "type rules[1].id: 'A' is no id; write a-z, 0-9 and -, a letter or digit first",
    ),
    (
        event_rule("decay: {lose: -1, every: 7d}"),
        "type rules[1].decay.lose: -1 is negative; write one like 5 or 5%",
    ),
    (
        event_rule("lasts: 0d"),
        "type rules[1].lasts: a duration of zero has no effect; write 1s or more",
    ),
    (
        event_rule("award: {every: 2, within: year}"),
        "type rules[1].award.within: 'year' is not a duration; write 30s, 5min, 12h, 30d or 2w",
    ),
    (
        top("retention: 5m"),
        (
            "type retention: '5m' may be minutes or months: write 5min; there are no months, so "
            "write 30d for one"
        ),
    ),
    (
        event_rule("active_from: soon"),
        (
            "type rules[1].active_from: 'soon' is not a date or an instant; write 2026-03-28, or "
            "2026-03-28T12:00:00+01:00 with its offset"
        ),
    ),
    (
        event_rule('title: {en: ""}'),
        (
            "type rules[1].title: {'en': ''} is no title; write a text, or a map of language to "
            "text like {en: Visit, pl: Wizyta}"
        ),
    ),
    (
        event_rule("title: [" + "abcdefghij, " * 9 + "a]"),
        (
            "type rules[1].title: ['abcdefghij', 'abcdefghij', 'abcdefghij', 'abcdefghij', … is "
            "no title; write a text, or a map of language to text like {en: Visit, pl: Wizyta}"
        ),
    ),
    (
        event_rule("unless: {}"),
        (
            "type rules[1].unless: an empty matcher matches everything; name an `event`, or a "
            "`where`"
        ),
    ),
]


@pytest.mark.parametrize(("text", "told"), MESSAGES)
def test_what_is_told_first(text: str, told: str) -> None:
    assert told_first(text) == told
