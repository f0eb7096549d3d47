"""Every message of the check: what is wrong, where, and what to write instead.

One table, and as long as there are messages.
"""

import pytest

from hotlist.scoring.check.scoring_file import check_scoring
from rulesets import HEAD, bands, event_rule, lead_of, seats, top, where_of, with_rule

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
        top("segments: [{id: a, lead: {role: [x]}}, {id: a, lead: {role: [y]}}]"),
        "duplicate-id segments[1].id: segments[0] is called 'a' too; write another id",
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
        with_rule("event: score_reset, points: 1"),
        (
            "unknown-name rules[1].event: 'score_reset' changes scores by hand, and no matcher is"
            " about it; leave it out"
        ),
    ),
    (
        with_rule("event: 'custom:A-b', points: 1"),
        (
            "unknown-name rules[1].event: 'custom:A-b' is no type of event; after custom: write "
            "a-z, 0-9 and _, at most 64 of them"
        ),
    ),
    (
        with_rule("event: page_vewed, points: 1"),
        (
            "unknown-name rules[1].event: there is no type of event 'page_vewed' here; did you "
            "mean 'page_viewed'?"
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
        with_rule("lead: {role: [a]}, points: 1, score: 30"),
        "wrong-kind rules[1].score: a rule about the `lead` takes no `score`; leave it out",
    ),
    (
        event_rule("score: [{numeric: ['>', a]}]"),
        "wrong-kind rules[1].score: a rule about an `event` takes no `score`; leave it out",
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
        event_rule("unless: {event: email_bounced, same: message_id}"),
        (
            "wrong-kind rules[1].unless.same: `same` asks about what follows; say how soon by "
            "`within`, as in within: 3d"
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
        top("grades: {a: {size: 5}}"),
        (
            "unknown-name grades.a.size: there is no group 'size' here; there are engagement, "
            "fit, total"
        ),
    ),
    (
        top("grades: {a: {fit: 5.5}}"),
        "type grades.a.fit: 5.5 is not a whole number; write one like 40",
    ),
    (
        event_rule("titel: x"),
        "unknown-key rules[1].titel: there is no keyword 'titel' here; did you mean 'title'?",
    ),
    (
        event_rule("whatever: x"),
        (
            "unknown-key rules[1].whatever: there is no keyword 'whatever' here; did you mean "
            "'where'?"
        ),
    ),
    (
        top("temperatur: {hot: 5}", head=""),
        (
            "unknown-key temperatur: there is no keyword 'temperatur' here; did you mean "
            "'temperature'?"
        ),
    ),
    (top("temperature: 5", head=""), "type temperature: write a map of hot, rearm, warm"),
    (top("temperature: {warm: 5}", head=""), "type temperature: `hot` is missing"),
    ("temperature: {hot: 5}\n", "type : `rules` is missing"),
    ("temperature: {hot: 5}\nrules: []\n", "type rules: write a list of rules; at least one"),
    ("temperature: {hot: 5}\nrules: [{}]\n", "type rules[0]: `id` is missing"),
    (
        with_rule("points: 5"),
        ("wrong-kind rules[1]: the rule is about nothing; name an `event`, `inactive` or a `lead`"),
    ),
    (
        with_rule("event: email_clicked"),
        (
            "wrong-kind rules[1]: the rule gives nothing; write `points`, bands (`first_of`) or "
            "an `override`"
        ),
    ),
    (
        with_rule("lead: {role: [a]}, points: 1, award: once"),
        "wrong-kind rules[1].award: a rule about the `lead` takes no `award`; leave it out",
    ),
    (
        with_rule("inactive: 7d, points: -1, award: {every: 2}"),
        (
            "wrong-kind rules[1].award: of silences, each gives points or the first; write each "
            "or once"
        ),
    ),
    (
        event_rule("first_of: [{points: 1}]"),
        (
            "wrong-kind rules[1].first_of: a rule has `points` or bands, which have their own; "
            "leave one of them out"
        ),
    ),
    (bands("{where: {form: [a]}}"), "type rules[1].first_of[0]: `points` is missing"),
    (
        bands("{where: {form: [a]}, points: 1, max: 5}"),
        (
            "unknown-key rules[1].first_of[0].max: there is no keyword 'max' here; there are "
            "lead, points, where"
        ),
    ),
    (
        with_rule("lead: {role: [a]}, first_of: [{where: {form: [a]}, points: 1}]"),
        (
            "wrong-kind rules[1].first_of[0].where: a band of a rule about the `lead` takes no "
            "`where`; leave it out"
        ),
    ),
    (event_rule("group: 5"), "type rules[1].group: 5 is no name of a group; write one"),
    (
        event_rule("group: engagment"),
        (
            "unknown-name rules[1].group: there is no group 'engagment' here; did you mean "
            "'engagement'?"
        ),
    ),
    (
        top("groups: {engagement: {}}\nsegments: [{id: s, lead: {role: [a]}, weights: {fit: 2}}]"),
        (
            "unknown-key segments[0].weights: there is no keyword 'weights' here; there are "
            "grades, id, lead, suspended, temperature"
        ),
    ),
    (
        with_rule("lead: {role: [a]}, points: 1", head=HEAD + "groups: {engagement: {}}\n"),
        "unknown-name rules[1]: say which group: there is no 'fit', where it would belong",
    ),
    (top("groups: [fit]"), "type groups: write a map of groups, as in {fit: {max: 40}}"),
    (
        top("groups: {total: {}}"),
        "unknown-name groups.total: 'total' is no name for a group; call it otherwise",
    ),
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
    (
        top("stages: {awareness: [{event: page_viewed}]}"),
        (
            "unknown-name stages.awareness: 'awareness' takes no matchers; it follows from the "
            "others"
        ),
    ),
    (
        top("stages: {interst: [{event: page_viewed}]}"),
        ("unknown-name stages.interst: there is no stage 'interst' here; did you mean 'interest'?"),
    ),
    (
        top("stages: {lead: [{event: page_viewed}]}"),
        (
            "unknown-name stages.lead: there is no stage 'lead' here; there are consideration, "
            "customer, intent, interest"
        ),
    ),
    (
        top("stages: {intent: [{event: page_vewed}]}"),
        (
            "unknown-name stages.intent[0].event: there is no type of event 'page_vewed' here; "
            "did you mean 'page_viewed'?"
        ),
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
        top("groups: {engagement: {decay: {steps: {14d: 5, 7d: 2}}}}"),
        (
            "order groups.engagement.decay.steps.7d: it is not after the step at 14d; write the "
            "steps by their age"
        ),
    ),
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
        top("", head="temperature: {hot: -1}\n"),
        (
            "unreachable temperature.hot: every lead is hot, whatever is known of it; write a "
            "higher minimum"
        ),
    ),
    (
        event_rule("first_of: 5"),
        (
            "wrong-kind rules[1].first_of: a rule has `points` or bands, which have their own; "
            "leave one of them out"
        ),
    ),
    (
        with_rule("event: a_b, points: 1"),
        (
            "unknown-name rules[1].event: there is no type of event 'a_b' here; there are "
            "activity, ad_clicked, cart_abandoned, cart_updated, consent_given, "
            "consent_withdrawn, contact_requested, demo_requested, element_clicked, "
            "email_bounced, email_clicked, email_complained, email_delivered, email_opened, "
            "event_reclassified, file_downloaded, form_error, form_submitted, lead_erased, "
            "lead_imported, meeting_booked, order_completed, page_engaged, page_viewed, "
            "sales_contacted, sales_rejected, sales_snoozed, sales_won, session_started, "
            "trial_started, unsubscribed, webinar_attended, webinar_registered"
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
    (event_rule("max: 0, min: 0"), "cap rules[1].max: a single award gives 10; write at least 10"),
    (
        event_rule("min: -5, max: -5"),
        "cap rules[1].min: min is not below max, which is -5; write less",
    ),
    (
        with_rule("event: email_clicked, points: 0, max: -1"),
        "cap rules[1].max: max is below 0; write at least 0",
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
    (top("total: {min: 5, max: 5}"), "cap total.min: min is not below max, which is 5; write less"),
    (
        top("groups: {engagement: {max: 5, min: 10}}"),
        "cap groups.engagement.min: min is not below max, which is 5; write less",
    ),
    (
        event_rule("unless: {}"),
        (
            "type rules[1].unless: an empty matcher matches everything; name an `event`, or a "
            "`where`"
        ),
    ),
    (
        where_of('{page_path: ["https://shop.example/pricing?plan=pro"]}'),
        (
            "unknown-value rules[1].where.page_path[0]: 'https://shop.example/pricing?plan=pro' is "
            "no path of a page; write '/pricing'"
        ),
    ),
    (
        where_of('{page_path: [{suffix: "?plan=pro"}]}'),
        (
            "unknown-value rules[1].where.page_path[0].suffix: no path of a page ends with "
            "'?plan=pro'; write it from its first / on, without host and query, as in /pricing"
        ),
    ),
    (
        where_of("{language: [pl-PL]}"),
        (
            "unknown-value rules[1].where.language[0]: 'pl-PL' is no language; write 'pl'; a "
            "language is kept without its region, in small letters"
        ),
    ),
    (
        where_of("{language: [cz]}"),
        (
            "unknown-value rules[1].where.language[0]: 'cz' is no language; write 'cs', its code "
            "of ISO 639"
        ),
    ),
    (
        where_of("{language: [klingon]}"),
        (
            "unknown-value rules[1].where.language[0]: 'klingon' is no language; write its code of "
            "ISO 639, as in pl, en or de"
        ),
    ),
    (
        where_of("{page_path: [{anything-but: [/careers, careers]}]}"),
        (
            "unknown-value rules[1].where.page_path[0].anything-but[1]: 'careers' is no path of a "
            "page, so it need not be refused; write '/careers'"
        ),
    ),
    (
        where_of("{extra: {budget: [high]}}"),
        (
            "unread-field rules[1].where.extra.budget: `extra` has what a form does not declare, "
            "and gives no points; declare the field in forms.yaml"
        ),
    ),
    (
        lead_of("{channel: [paid search]}"),
        (
            "unknown-value rules[1].lead.channel[0]: 'paid search' is no channel; did you mean "
            "'paid_search'?"
        ),
    ),
    (
        lead_of("{stage: [{prefix: x}]}"),
        (
            "unknown-value rules[1].lead.stage[0].prefix: no stage begins with 'x'; there are "
            "awareness, consideration, customer, intent, interest, rejected, suspended"
        ),
    ),
    (
        lead_of('{stage: [{wildcard: "*x*"}]}'),
        (
            "unknown-value rules[1].lead.stage[0].wildcard: no stage is like '*x*'; there are "
            "awareness, consideration, customer, intent, interest, rejected, suspended"
        ),
    ),
    (
        lead_of('{stage: [{numeric: [">", 1]}]}'),
        (
            "unknown-value rules[1].lead.stage[0].numeric: a stage is no number; there are "
            "awareness, consideration, customer, intent, interest, rejected, suspended"
        ),
    ),
    (
        lead_of('{stage: [{anything-but: {wildcard: "*"}}]}'),
        (
            "unknown-value rules[1].lead.stage[0].anything-but.wildcard: no stage is left; refuse "
            "fewer of them"
        ),
    ),
    (
        lead_of("{email_class: [private]}"),
        (
            "unknown-value rules[1].lead.email_class[0]: 'private' is no class of e-mail "
            "addresses; did you mean 'freemail'?"
        ),
    ),
    (
        lead_of('{email_domain: ["@gmail.com"]}'),
        (
            "unknown-value rules[1].lead.email_domain[0]: '@gmail.com' is no domain of an e-mail "
            "address; write 'gmail.com'"
        ),
    ),
    (
        lead_of("{email_domain: [gmail]}"),
        (
            "unknown-value rules[1].lead.email_domain[0]: 'gmail' is no domain of an e-mail "
            "address; write all that stands after the @, as in example.com"
        ),
    ),
    (
        lead_of("{channel: {medium: [cpc]}}"),
        (
            "unknown-value rules[1].lead.channel.medium: channel is a text and has no fields; ask "
            "for it as in {channel: [...]}"
        ),
    ),
    (
        lead_of("{first_touch: [google]}"),
        (
            "unknown-value rules[1].lead.first_touch: first_touch has fields; ask for one of them, "
            "as in {first_touch: {source: [google]}}"
        ),
    ),
    (
        lead_of("{first_touch: {sourc: [google]}}"),
        (
            "unknown-value rules[1].lead.first_touch.sourc: first_touch has no field 'sourc'; did "
            "you mean 'source'?"
        ),
    ),
    (
        lead_of("{last_touch.channel: [email]}"),
        (
            "unknown-value rules[1].lead.last_touch.channel: last_touch has no field 'channel'; "
            "there are campaign, content, fbclid, gbraid, gclid, landing_page, li_fat_id, medium, "
            "msclkid, referrer, source, term, ttclid, wbraid"
        ),
    ),
]


@pytest.mark.parametrize(("text", "told"), MESSAGES)
def test_what_is_told_first(text: str, told: str) -> None:
    first = check_scoring(text).findings[0]
    assert f"{first.code} {first.path}: {first.message}" == told
