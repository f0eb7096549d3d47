"""What the check says of names, words and keywords that are not there, or not in this place.

One table, as long as there are messages of the kind.
"""

import pytest

from rulesets import HEAD, bands, event_rule, lead_of, told_first, top, where_of, with_rule

MESSAGES = [
    (
        top("segments: [{id: a, lead: {role: [x]}}, {id: a, lead: {role: [y]}}]"),
        "duplicate-id segments[1].id: segments[0] is called 'a' too; write another id",
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
        with_rule("lead: {role: [a]}, points: 1, score: 30"),
        "wrong-kind rules[1].score: a rule about the `lead` takes no `score`; leave it out",
    ),
    (
        event_rule("score: [{numeric: ['>', a]}]"),
        "wrong-kind rules[1].score: a rule about an `event` takes no `score`; leave it out",
    ),
    (
        event_rule("unless: {event: email_bounced, same: message_id}"),
        (
            "wrong-kind rules[1].unless.same: `same` asks about what follows; say how soon by "
            "`within`, as in within: 3d"
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
    (
        top("groups: {total: {}}"),
        "unknown-name groups.total: 'total' is no name for a group; call it otherwise",
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
            "lead_imported, lead_moved, meeting_booked, order_completed, page_engaged, "
            "page_viewed, profiling_objected, reward_claimed, sales_contacted, sales_meeting, "
            "sales_rejected, sales_snoozed, sales_undone, sales_won, session_started, "
            "trial_started, unsubscribed, webinar_attended, webinar_registered"
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
    assert told_first(text) == told
