"""Words that can never occur: what the check warns of, and what it may not warn of."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture import forms
from hotlist.capture.context import BadFields, Received
from hotlist.events.event import Event
from hotlist.events.vocabulary import CHANNELS
from hotlist.leads import classify
from hotlist.leads.lead import Stage
from hotlist.leads.profile import facts_at
from hotlist.scoring.check.closed_words import Domains, Languages, Paths, Vocabulary, Words
from hotlist.scoring.check.occurring import _pieces
from hotlist.scoring.check.scoring_file import check_scoring
from hotlist.scoring.domains import CLASSES
from hotlist.scoring.pattern import eventbridge
from rulesets import bands, event_rule, found, lead_of, top, where_of, with_rule

NOW: Final = datetime(2026, 3, 2, tzinfo=UTC)


def warned(text: str) -> list[str]:
    """The places that have words that never occur; there is nothing else to say."""
    codes = found(text)
    assert all(one.startswith("(warning) unknown-value ") for one in codes), codes
    return [one.rpartition(" ")[2] for one in codes]


def words(field: str) -> list[str]:
    return {
        "channel": sorted(CHANNELS),
        "stage": [stage.value for stage in Stage],
        "email_class": sorted(CLASSES),
    }[field]


# --- what never occurs --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "google"),
        ("channel", "paid-search"),
        ("channel", "5"),
        ("channel", "true"),
        ("channel", "null"),
        ("channel", "{exactly: ppc}"),
        ("channel", "{equals-ignore-case: PPC}"),
        ("channel", "{prefix: organic-}"),
        ("channel", "{suffix: _searches}"),
        ("channel", "{prefix: {equals-ignore-case: Payed}}"),
        ("channel", "{suffix: {equals-ignore-case: Searches}}"),
        ("channel", '{wildcard: "paid*email"}'),
        ("channel", r'{wildcard: "paid\\*"}'),
        ("channel", "{anything-but: google}"),
        ("channel", "{anything-but: 5}"),
        ("channel", "{anything-but: {prefix: ppc}}"),
        ("channel", "{cidr: 10.0.0.0/8}"),
        ("stage", "lead"),
        ("stage", "won"),
        ("email_class", "partner"),
        ("language", "pl-PL"),
        ("language", "pl_PL"),
        ("language", "polish"),
        ("language", "cz"),
        ("language", '""'),
        ("language", "{prefix: en-}"),
        ("language", "{suffix: -US}"),
        ("language", '{wildcard: "en-*"}'),
        ("language", '{wildcard: "e*n*g*l"}'),
        ("language", "{anything-but: de-AT}"),
        ("email_domain", '"@gmail.com"'),
        ("email_domain", "ada@gmail.com"),
        ("email_domain", "gmail"),
        ("email_domain", "gmail.com."),
        ("email_domain", "https://acme.example"),
        ("email_domain", "acme.example/"),
        ("email_domain", '" acme.example"'),
        ("email_domain", '"*.acme.example"'),
        ("email_domain", "żółw.example"),
        ("email_domain", '{suffix: "@acme.example"}'),
        ("email_domain", '{prefix: "@"}'),
        ("email_domain", "{prefix: .acme}"),
        ("email_domain", '{wildcard: "*@acme.*"}'),
        ("email_domain", '{suffix: "acme."}'),
        ("email_domain", '{wildcard: "acme.-*"}'),
        ("email_domain", '{anything-but: {suffix: "@acme.example"}}'),
    ],
)
def test_a_word_that_no_lead_has(field: str, value: str) -> None:
    assert len(warned(lead_of(f"{{{field}: [{value}]}}"))) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("page_path", "pricing"),
        ("page_path", '""'),
        ("page_path", "/pricing?plan=pro"),
        ("page_path", '"/pricing#top"'),
        ("page_path", '"//shop.example/pricing"'),
        ("page_path", "https://shop.example/pricing"),
        ("page_path", "shop.example/pricing"),
        ("page_path", "/cennik-us%C5%82ug"),
        ("page_path", '"/us\\u0301l"'),
        ("page_path", "/our%20team"),
        ("page_path", "/%7Eanna"),
        ("page_path", "/a//b"),
        ("page_path", "/a;jsessionid=1"),
        ("page_path", "/a/../b"),
        ("page_path", "/a/."),
        ("page_path", '{wildcard: "*;jsessionid=*"}'),
        ("page_path", '{suffix: "//"}'),
        ("page_path", '{suffix: "/.."}'),
        ("page_path", "{prefix: pricing}"),
        ("page_path", '{prefix: "/pricing?"}'),
        ("page_path", "{prefix: https://}"),
        ("page_path", "{prefix: {equals-ignore-case: Pricing}}"),
        ("page_path", '{suffix: "?utm_source=x"}'),
        ("page_path", '{wildcard: "https://*/pricing"}'),
        ("page_path", '{wildcard: "*/pricing?*"}'),
        ("page_path", "{anything-but: careers}"),
        ("page_path", "{anything-but: {prefix: careers}}"),
        ("page_path", "{equals-ignore-case: Pricing}"),
        ("page_path", "5"),
        ("language", "PL"),
        ("language", "{prefix: EN}"),
        ("language", "pl-PL"),
    ],
)
def test_a_word_that_no_event_has(field: str, value: str) -> None:
    assert len(warned(where_of(f"{{{field}: [{value}]}}"))) == 1


def test_a_touch_has_no_other_fields() -> None:
    assert warned(lead_of("{first_touch: {page: [/]}}")) == ["rules[1].lead.first_touch.page"]
    assert warned(lead_of("{last_touch: [google]}")) == ["rules[1].lead.last_touch"]
    assert warned(lead_of("{first_touch: {page: [{exists: false}]}}")) == []
    assert warned(lead_of("{first_touch: [{exists: false}]}")) == []
    assert warned(lead_of("{first_touch: {landing_page: [{prefix: 'https://'}]}}")) == []


def test_refusing_every_word_leaves_none() -> None:
    everything = ", ".join(words("stage"))
    refusing = f"{{stage: [{{anything-but: [{everything}]}}]}}"
    assert warned(lead_of(refusing)) == ["rules[1].lead.stage[0].anything-but"]
    assert warned(lead_of("{stage: [{anything-but: [customer, rejected]}]}")) == []


# --- where --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (lead_of("{channel: [x]}"), "rules[1].lead.channel[0]"),
        (lead_of("{channel: [email, x]}"), "rules[1].lead.channel[1]"),
        (lead_of("{channel: [{prefix: x}]}"), "rules[1].lead.channel[0].prefix"),
        (
            lead_of("{channel: [{anything-but: {suffix: [l, x]}}]}"),
            "rules[1].lead.channel[0].anything-but.suffix[1]",
        ),
        (
            lead_of("{channel: [{prefix: {equals-ignore-case: x}}]}"),
            "rules[1].lead.channel[0].prefix.equals-ignore-case",
        ),
        (
            lead_of("{$or: [{role: [a]}, {city: [b], stage: [x]}]}"),
            "rules[1].lead.$or[1].stage[0]",
        ),
        (event_rule("lead: {stage: [x]}"), "rules[1].lead.stage[0]"),
        (
            event_rule("unless: {event: page_viewed, where: {page_path: [x]}}"),
            "rules[1].unless.where.page_path[0]",
        ),
        (
            bands("{where: {page_path: [x]}, lead: {role: [a]}, points: 1}"),
            "rules[1].first_of[0].where.page_path[0]",
        ),
        (
            bands("{lead: {stage: [x]}, points: 1}", keywords="inactive: 3d"),
            "rules[1].first_of[0].lead.stage[0]",
        ),
        (top("segments: [{id: a, lead: {stage: [x]}}]"), "segments[0].lead.stage[0]"),
        (top("ignore: [{where: {page_path: [x]}}]"), "ignore[0].where.page_path[0]"),
        (
            top("stages: {intent: [{event: page_viewed, where: {page_path: [x]}}]}"),
            "stages.intent[0].where.page_path[0]",
        ),
    ],
)
def test_each_condition_is_looked_at(text: str, place: str) -> None:
    assert warned(text) == [place]


def test_what_a_form_does_not_declare_gives_no_points() -> None:
    assert found(where_of("{extra: {budget: [high]}}")) == [
        "unread-field rules[1].where.extra.budget"
    ]
    assert found(where_of("{$or: [{extra.budget: [high]}, {form: [a]}]}")) == [
        "unread-field rules[1].where.$or[0].extra.budget"
    ]
    assert warned(lead_of("{extra: [high]}")) == []  # a fact of that name may be imported


# --- what may occur -----------------------------------------------------------------------


@pytest.mark.parametrize("field", ["channel", "stage", "email_class"])
def test_no_word_of_a_vocabulary_is_warned_of(field: str) -> None:
    for word in words(field):
        for one in (word, word.upper(), f"{{prefix: {word[:3]}}}", f'{{wildcard: "*{word[2:]}"}}'):
            assert warned(lead_of(f"{{{field}: [{one}]}}")) == [], one


@pytest.mark.parametrize("value", ["{exists: true}", "{exists: false}", '{wildcard: "*"}'])
@pytest.mark.parametrize("field", ["channel", "stage", "email_class", "language", "email_domain"])
def test_anything_and_nothing_are_no_words(field: str, value: str) -> None:
    assert warned(lead_of(f"{{{field}: [{value}]}}")) == []


def test_the_classes_of_the_file_are_known_in_any_case() -> None:
    lead = "lead: {email_class: [PARTNER, own, competitor, business]}, points: 5"
    head = "temperature: {warm: 20, hot: 40}\ndomains: {Partner: [friend.example]}\n"
    assert warned(with_rule(lead, head)) == []
    assert found(with_rule(lead, head.replace("[friend.example]", "5"))) == ["type domains.Partner"]
    assert found(with_rule(lead, head.replace("{Partner: [friend.example]}", "5"))) == [
        "type domains"
    ]


def test_other_fields_are_free() -> None:
    event = where_of("{channel: [tv], stage: [x], email_domain: ['@'], page_title: ['?']}")
    lead = lead_of("{role: [x], city.channel: [y], consents: [z], orders: [1]}")
    assert warned(event) == warned(lead) == []


def test_a_long_vocabulary_is_judged_by_whole_words() -> None:
    domains = ", ".join(f"class-{number}: []" for number in range(400))
    head = f"temperature: {{warm: 20, hot: 40}}\ndomains: {{{domains}}}\n"
    lead = "lead: {email_class: [class-7, class-400, {prefix: x}]}, points: 5"
    assert warned(with_rule(lead, head)) == ["rules[1].lead.email_class[1]"]


# --- what capture keeps -------------------------------------------------------------------

FORM: Final[dict[str, Any]] = {"type": "form_submitted", "fields": {"email": {"type": "email"}}}
SEGMENT: Final = st.text("abcdefghijklmnopqrstuvwxyząęłüß0123456789-_.~+@,", min_size=1)
LANGUAGES: Final = ["pl", "pl-PL", "PL-pl", "en_US", "de;q=0.8", "en-GB,en;q=0.9", "fil", "zh-Hant"]


@st.composite
def submissions(draw: st.DrawFn) -> Event:
    path = "/".join(draw(st.lists(SEGMENT, max_size=3)))
    query = draw(st.sampled_from(["", "?plan=pro", "#top", "?a=/b#c"]))
    raw = {
        "email": draw(st.emails(domains=st.sampled_from(["Acme.example", "żółw.example"]))),
        "page_url": f"https://shop.example/{path}{query}",
        "medium": draw(st.sampled_from(["", "cpc", "email", "social", "x"])),
        "referrer": draw(st.sampled_from(["", "https://www.google.com/", "https://fb.com/"])),
    }
    if draw(st.booleans()):
        raw["language"] = draw(st.sampled_from(LANGUAGES))
    return forms.submission("f", FORM, raw, Received(NOW, accept_language="en-GB,en;q=0.9"))


def fitting(draw: Any, text: str) -> object:
    """A condition that a text fits."""
    at = draw(st.integers(0, len(text)))
    fitting: list[object] = [text, {"exactly": text}, {"prefix": text[:at]}, {"suffix": text[at:]}]
    if text.upper().lower() == text:
        fitting.append({"equals-ignore-case": text.upper()})
    return draw(st.sampled_from(fitting))


@given(st.data())
def test_what_capture_keeps_is_never_warned_of(data: st.DataObject) -> None:
    try:
        event = data.draw(submissions())
    except BadFields:  # hypothesis makes addresses that no mail server takes
        return
    facts, _ = facts_at([event], NOW, classify.channel)
    vocabularies: list[tuple[Vocabulary, object]] = [
        (Paths(), event.properties["page_path"]),
        (Languages(), event.properties["language"]),
        (Languages(), facts["language"]),
        (Domains(), facts["email_domain"]),
        (Words("channel", CHANNELS, {}, lambda _text, _known: None), facts["channel"]),
    ]
    for vocabulary, value in vocabularies:
        assert isinstance(value, str)
        condition = fitting(data.draw, value)
        keyword, text = "exactly", condition
        if isinstance(condition, dict):
            ((keyword, text),) = condition.items()
        text = str(text).lower() if keyword == "equals-ignore-case" else str(text)
        assert vocabulary.occurs(_pieces(keyword, text)), condition


TEXT: Final = st.text("adeimor_*", max_size=6).filter(lambda text: "**" not in text)


@given(st.sampled_from(["exactly", "prefix", "suffix", "wildcard"]), TEXT)
def test_a_closed_vocabulary_is_asked_as_patterns_ask(keyword: str, text: str) -> None:
    matches = eventbridge.compile_values([{keyword: text}])
    channels = Words("channel", CHANNELS, {}, lambda _text, _known: None)
    assert channels.occurs(_pieces(keyword, text)) == any(map(matches, CHANNELS))


def test_no_finding_repeats_a_long_text() -> None:
    for field in ("channel", "language", "email_domain", "page_path"):
        text = "." * 5_000 + "/x"
        (one,) = check_scoring(lead_of(f"{{{field}: ['{text}']}}")).findings
        assert len(one.message) < 500
