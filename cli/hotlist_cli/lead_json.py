"""The card of a lead as a JSON object: what docs/sales.md says of its keys holds for good."""

from typing import Any

from hotlist.cards.ahead import NextChange
from hotlist.cards.card import Answer, LeadCard, Points, PointsLine, Touch
from hotlist.cards.curve import Curve
from hotlist.cards.episodes import Episode


def of_card(card: LeadCard, claimed: str | None = None) -> dict[str, Any]:
    """The object of a card. `claimed` is the id that was asked for if another lead has it now."""
    lead = card.lead
    return {
        "lead_id": lead.lead_id,
        "asked_for": claimed or lead.lead_id,
        "state": lead.state.value,
        "as_of": lead.folded_at,
        "name": lead.contact.name,
        "company": lead.contact.company,
        "email": lead.contact.email,
        "phone": lead.contact.phone,
        "language": card.language or None,
        "may": lead.may.value,
        "bounced": lead.bounced,
        "total": lead.total,
        "exact": card.exact,
        "groups": dict(lead.groups),
        "temperature": lead.temperature.value,
        "override": card.override or None,
        "grade": lead.grade,
        "segment": lead.segment,
        "stage": lead.stage.value,
        "channel": lead.channel,
        "created_at": lead.created_at,
        "last_event_at": lead.last_event_at,
        "hot_since": lead.alerting.hot_since if lead.temperature.value == "hot" else None,
        "truncated": lead.truncated,
        "reasons": [
            {"rule": one.rule, "title": one.title, "points": one.points, "at": one.at}
            for one in card.reasons
        ],
        "points": [_points(one) for one in card.points],
        "next_change": _change(card.next),
        "unchanged_until": None if card.next is None else card.next.at,
        "consents": [{"purpose": one.purpose, "since": one.since} for one in card.consents],
        "first_touch": _touch(card.first_touch),
        "last_touch": _touch(card.last_touch),
        "owner": {
            "id": lead.ownership.owner,
            "name": card.owner or None,
            "rule": lead.ownership.rule,
        },
        "answers": [_answer(one) for one in card.answers],
        "snoozed_until": card.snoozed_until,
        "history": {
            "older": card.history.older,
            "episodes": [_episode(one) for one in card.history.episodes],
        },
        "curve": _curve(card.curve),
    }


def _points(one: Points) -> dict[str, Any]:
    return {
        "giver": one.giver.value,
        "name": one.name or None,
        "title": one.title or None,
        "points": one.points,
        "weight": one.weight,
        "lines": [_line(line) for line in one.lines],
    }


def _line(one: PointsLine) -> dict[str, Any]:
    line = one.line
    return {
        "at": line.at,
        "event_id": line.event_id,
        "about": one.about or None,
        "by": one.by or None,
        "raw": line.raw,
        "decayed": line.decayed,
        "lost": line.lost,
        "points": line.points,
    }


def _change(one: NextChange | None) -> dict[str, Any] | None:
    if one is None or not one.is_sure:
        return None
    temperature = None if one.temperature is None else one.temperature.value
    return {"at": one.at, "temperature": temperature, "total": one.total}


def _touch(one: Touch | None) -> dict[str, Any] | None:
    return None if one is None else {"at": one.at, "channel": one.channel, **one.said}


def _answer(one: Answer) -> dict[str, Any]:
    return {
        "event_id": one.said.event_id,
        "type": one.said.type,
        "at": one.said.at,
        "by": one.said.by,
        "name": one.by or None,
        "until": one.said.until,
        "value": one.value,
        "reason": one.reason or None,
    }


def _episode(one: Episode) -> dict[str, Any]:
    return {
        "at": one.at,
        "until": one.until,
        "kind": one.kind,
        "machine": one.machine or None,
        "event_ids": list(one.event_ids),
        "pages": list(one.pages),
        "page_count": one.page_count,
        "also": dict(one.also),
        "answers": dict(one.answers),
        "labels": dict(one.labels),
        "more": one.more,
        "by": one.by or None,
        "is_all": one.is_all,
        "is_void": one.is_void,
        **{name: dict(getattr(one, name)) for name in ("texts", "numbers")},
        "lists": {name: list(values) for name, values in one.lists.items()},
    }


def _curve(one: Curve | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "now": one.present,
        "warm": one.warm,
        "hot": one.hot,
        "points": [
            {"at": point.at, "total": point.total, "temperature": point.temperature.value}
            for point in one.points
        ],
    }
