"""Rulesets for tests of their check, and what it finds in them."""

import json
from typing import Any, Final

from hotlist.scoring.check.scoring_file import check_scoring

HEAD: Final = "temperature: {warm: 20, hot: 40}\n"
BASE: Final = "rules:\n  - {id: base, event: page_viewed, points: 5}\n"
"""A rule that gives any number of points to the group engagement."""

FIT: Final = "  - {id: fit, lead: {role: [owner]}, points: 30}\n"


def found(text: str) -> list[str]:
    """Each finding as `code path`, warnings with `(warning)` before."""
    findings = check_scoring(text).findings
    return [
        f"{'(warning) ' if one.level == 'warning' else ''}{one.code} {one.path}".rstrip()
        for one in findings
    ]


def told_first(text: str) -> str:
    """The first finding as `code path: message`."""
    first = check_scoring(text).findings[0]
    return f"{first.code} {first.path}: {first.message}"


def with_rule(keywords: str, head: str = HEAD) -> str:
    """A ruleset with one more rule, `rules[1]`."""
    return f"{head}{BASE}  - {{id: one, {keywords}}}\n"


def top(keywords: str, head: str = HEAD) -> str:
    """A ruleset with one more line at the top level."""
    return f"{head}{keywords}\n{BASE}"


def event_rule(keywords: str, head: str = HEAD) -> str:
    """As `with_rule`, with an event and 10 points."""
    return with_rule(f"event: email_clicked, points: 10, {keywords}", head)


def where_of(pattern: str) -> str:
    """A ruleset with a rule about events that fit a pattern, `rules[1]`."""
    return event_rule(f"where: {pattern}")


def lead_of(pattern: str) -> str:
    """A ruleset with a rule about leads that fit a pattern, `rules[1]`."""
    return with_rule(f"lead: {pattern}, points: 5")


def bands(*bands: str, keywords: str = "event: email_clicked") -> str:
    return with_rule(f"{keywords}, first_of: [{', '.join(bands)}]")


def where(pattern: str) -> str:
    """A band on the fields of the event."""
    return f"{{where: {{{pattern}}}, points: 1}}"


def seats(*operands: object) -> str:
    """A band on the seats that a company has, by comparisons: `seats(">=", 20)`."""
    written = ", ".join(f'"{one}"' if isinstance(one, str) else str(one) for one in operands)
    return where(f"seats: [{{numeric: [{written}]}}]")


WHOLE: Final = """
timezone: Europe/Warsaw
retention: 396d
temperature:
  warm: {total: 20}
  hot: {total: 60, fit: 20}
  rearm: 10%
grades:
  A: {total: 60, fit: 30}
  B: {fit: 20}
  C: {}
segments:
  - {id: partners, lead: {partner: [true]}, suspended: true, temperature: {hot: -1000}}
  - id: enterprise
    lead: {company_size: [{numeric: [">", 500]}]}
    temperature: {warm: 10}
    grades: {A: 80, B: {}}
groups:
  fit: {min: -20, max: 60, weight: 40%}
  engagement: {max: 100, decay: {half_life: 30d}, lasts: 180d}
  product:
total: {min: -100, max: 200}
rules:
  - id: 3-visits-a-day
    title: {en: Came often, pl: Częste wizyty}
    group: engagement
    event: [page_viewed, custom:demo_played]
    where: {page_path: [{prefix: /pricing}, {prefix: /plans}]}
    lead: {country: [PL, de]}
    unless: {event: form_submitted, where: {form: [exit]}, within: 3d, same: session_id}
    points: 12.5
    award: {every: 3, within: day, distinct: page_path}
    decay: {steps: {7d: 75%, 14d: 5, 30d: 5}, floor: 10%}
    lasts: none
    max: 45
    min: -1
    active_from: 2026-01-01
    active_until: 2026-12-31T23:00:00+01:00
    humans_only: false
  - id: usage
    group: product
    event: activity
    award: {at_count: 10, within: 14d}
    first_of:
      - {where: {plan: [pro]}, lead: {role: [owner]}, points: 20}
      - {where: {seats: [{numeric: [">=", 50]}]}, points: 15}
      - {where: {seats: [{numeric: [">=", 10]}]}, points: 10}
      - {points: 5}
    decay: {lose: 10%, every: 7d, floor: 0}
  - {id: asked, event: contact_requested, override: hot, lasts: 14d}
  - id: quiet
    inactive: 30d
    award: each
    score: [{numeric: [">", 0]}]
    first_of:
      - {score: [{numeric: [">", 30]}], points: -15}
      - {score: [{numeric: [">=", 0]}], points: -5}
    min: -45
  - id: size
    first_of:
      - {lead: {company_size: [{numeric: [">", 100]}]}, points: 60}
      - {lead: {student: [true]}, points: -5}
    active_until: 2027-01-01
  - {id: bounced, event: email_bounced, points: -50, award: latest, decay: {linear: 200d}}
ignore: [{event: activity, where: {page_path: [{prefix: /careers}]}}, {where: {test: [true]}}]
domains: {own: [example.com], competitor: [rival.io, rival.co.uk], agency: []}
stages:
  intent: [{event: demo_requested}, {event: page_viewed, where: {page_path: [/buy]}}]
  customer: []
shadow: config/scoring-next.yaml
"""
"""A ruleset with nearly every keyword, in which nothing is wrong."""


def whole_ruleset() -> Any:
    """The same as plain values, made anew."""
    source = check_scoring(WHOLE).source
    return json.loads(json.dumps(source, default=float))


WORDS: Final = (
    "id title group event where lead inactive score unless points first_of award decay lasts max "
    "min override active_from active_until humans_only timezone retention temperature grades "
    "segments groups total rules ignore domains stages shadow warm hot cold rearm suspended weight "
    "half_life linear lose every floor steps within same at_count distinct each once latest day "
    "session none 30d 2w 3m 5min 5% 50% -5 numeric prefix exists anything-but $or >= < = fit "
    "engagement product manual activity page_viewed score_reset custom:x intent rejected a << "
    "2026-03-28 2026-03-28T12:00:00Z UTC"
).split()
"""Words of the language, for values made at random."""
