"""Makes random rulesets. Each is small and valid; together they use every keyword."""

from typing import Any

from hotlist.scoring import values
from reference.drawing import Draw

Made = dict[str, Any]

GROUPS = ("fit", "engagement", "interest")


def ruleset(draw: Draw) -> Made:
    """A ruleset without errors that would change the meaning of a score."""
    made: Made = {}
    if draw.maybe(0.7):
        made["timezone"] = draw.one("Europe/Warsaw", "Europe/Warsaw", "America/New_York", "UTC")
    if draw.maybe(0.75):
        made["retention"] = draw.duration(10, 30)
    names = ["fit", "engagement"]
    if draw.maybe(0.7):
        names = draw.one([*GROUPS[:2]], [*GROUPS], ["engagement", "fit"], ["all"])
        made["groups"] = {name: _group(draw) for name in names}
    if draw.maybe(0.3):
        made["total"] = _bounds(draw, -12, 25)
    if draw.maybe(0.25):
        made["ignore"] = [
            draw.one(
                {"event": "unsubscribed"},
                {"where": {"p": ["skip"]}},
                {"where": {"group": ["fit"]}},
                {"event": ["page_viewed", "custom:tour"], "where": {"n": [3]}},
                {"event": "activity", "where": {"p": ["b"]}},
            )
        ]
    if draw.maybe(0.3):
        made["domains"] = _domains(draw)
    if draw.maybe(0.3):
        stages = draw.some(["interest", "consideration", "intent", "customer"], 1, 3)
        made["stages"] = {
            stage: [draw.matcher() for _ in range(draw.number(1, 2))] for stage in stages
        }
    made["temperature"] = _temperature(draw, names)
    if draw.maybe(0.3):
        made["grades"] = _grades(draw, names)
    if draw.maybe(0.35):
        made["segments"] = [_segment(draw, n, names) for n in range(draw.number(1, 3))]
    made["rules"] = [_rule(draw, n, names, made) for n in range(draw.one(1, 2, 3, 4, 4, 5, 5, 6))]
    return made


def _bounds(draw: Draw, least: int, most: int) -> Made:
    low = draw.number(least, most - 1)
    high = draw.number(low + 1, most)
    bounds = {"min": draw.one(low, low + 0.5), "max": draw.one(high, high + 0.25)}
    return bounds if draw.maybe(0.3) else dict([draw.one(*bounds.items())])


def _group(draw: Draw) -> Made:
    made: Made = {}
    if draw.maybe(0.4):
        made |= _bounds(draw, -10, 25)
    if draw.maybe(0.4):
        made["weight"] = draw.one("30%", "70%", "50%", "0%", "33%", "150%")
    if draw.maybe(0.4):
        made["decay"] = _decay(draw)
    if draw.maybe(0.3):
        made["lasts"] = draw.one("none", draw.duration(5, 12))
    return made


def _domains(draw: Draw) -> dict[str, list[str]]:
    classes = {
        "partner": ["friend.example", "rival.example"],
        "freemail": ["free.example", "own.example"],
        "competitor": ["rival.example", "Gmail.com"],
        "own": ["own.example.", "wp.pl"],
    }
    return {name: classes[name] for name in draw.some([*classes], 1, 4)}


def _minimum(draw: Draw, names: list[str], total: int) -> Any:
    if draw.maybe(0.65):
        return total
    made = {name: draw.number(-2, 10) for name in draw.some(names, 1, 2)}
    return {**made, "total": total} if draw.maybe(0.7) else made


def _temperature(draw: Draw, names: list[str]) -> Made:
    hot = draw.one(1, 3, 5, 8, 10, 10, 12, 15, 20, -2)
    made: Made = {"hot": _minimum(draw, names, hot)}
    if draw.maybe(0.7):
        made["warm"] = _minimum(draw, names, hot - draw.number(1, 6))
    if draw.maybe(0.6):
        made["rearm"] = draw.one("10%", "50%", "100%", "12.5%", 0, 1, 2, 0.5, 5)
    return made


def _grades(draw: Draw, names: list[str]) -> Made:
    least = sorted((draw.number(-5, 15) for _ in range(3)), reverse=True)
    made = {
        name: _minimum(draw, names, total)
        for name, total in zip("ABC", dict.fromkeys(least), strict=False)
    }
    return {**made, "Z": {}} if draw.maybe(0.5) else made


def _segment(draw: Draw, number: int, names: list[str]) -> Made:
    made: Made = {"id": f"s{number}", "lead": draw.lead()}
    if draw.maybe(0.6):
        given = _temperature(draw, names)
        made["temperature"] = {key: given[key] for key in draw.some([*given], 1, 3)}
    if draw.maybe(0.3):
        made["grades"] = _grades(draw, names)
    if draw.maybe(0.3):
        made["suspended"] = draw.one(True, True, False)
    return made


# --- rules ------------------------------------------------------------------------------


def _rule(draw: Draw, number: int, names: list[str], ruleset: Made) -> Made:
    kind = draw.one("event", "event", "event", "event", "silence", "silence", "lead")
    made: Made = {"id": f"r{number}"}
    if kind == "event":
        made |= _event_rule(draw)
    elif kind == "silence":
        made |= _silence_rule(draw, ruleset)
    if kind == "lead" or draw.maybe(0.15):
        made["lead"] = draw.lead()
    default = "fit" if kind == "lead" else "engagement"
    if default not in names or draw.maybe(0.3):
        made["group"] = draw.one(*names)
    if draw.maybe(0.1):
        made["title"] = draw.one("Title", {"en": "Title", "pl": "Tytuł"})
    if draw.maybe(0.2):
        made["override"] = draw.one("hot", "warm", "cold")
    if draw.maybe(0.3):
        made["first_of"] = _bands(draw, kind)
    elif "override" not in made or draw.maybe(0.5):
        made["points"] = draw.points()
    if kind == "silence" and draw.maybe(0.3):
        made["score"] = _score(draw)
    if kind != "lead":
        made |= _rule_bounds(draw, made)
        if draw.maybe(0.25):
            made["humans_only"] = draw.one(False, False, True)
    if draw.maybe(0.15):
        made |= _active(draw, ruleset)
    return made


def _event_rule(draw: Draw) -> Made:
    made: Made = {"event": "activity", **draw.matcher()}
    if draw.maybe(0.3):
        made["unless"] = _unless(draw, made)
    if draw.maybe(0.6):
        made["award"] = _award(draw)
    if draw.maybe(0.5):
        made["decay"] = draw.one("none", *[_decay(draw) for _ in range(5)])
    if draw.maybe(0.35):
        made["lasts"] = draw.one("none", *[draw.duration(5, 12) for _ in range(3)])
    return made


def _unless(draw: Draw, rule: Made) -> Made:
    made = draw.matcher()
    own = {key: rule[key] for key in ("event", "where") if key in rule}
    if draw.maybe(0.6) or {"event": "activity", **made} == own:
        made["within"] = draw.duration(1, 5)
        if draw.maybe(0.5):
            made["same"] = draw.one("m", "p", "session_id")
    return made


def _award(draw: Draw) -> Any:
    if draw.maybe(0.45):
        return draw.one("each", "once", "per_day", "per_session", "latest")
    made: Made = {draw.one("at_count", "every"): draw.number(1, 3)}
    if draw.maybe(0.6):
        made["within"] = draw.one("day", "session", draw.duration(1, 6))
    if draw.maybe(0.5):
        distinct = [name for name in ("p", "m", "day", "session") if name != made.get("within")]
        made["distinct"] = draw.one(*distinct)
    return made


def _decay(draw: Draw) -> Any:
    kind = draw.one("half_life", "linear", "lose", "steps", "half_life")
    made: Made
    if kind == "steps":
        ages = sorted(draw.some(range(1, 5), 1, 3))
        shares = sorted(draw.some([80, 75, 50, 33, 10], 0, len(ages)), reverse=True)
        worths: list[Any] = [f"{share}%" for share in shares]
        more = len(ages) - len(worths)
        worths += sorted(draw.some([5, 4, 2, 1.5, 0], more, more), reverse=True)
        made = {"steps": {f"{age}{draw.unit}": w for age, w in zip(ages, worths, strict=True)}}
    elif kind == "lose":
        made = {"lose": draw.one(1, 2, 0.5, 3.3, "10%", "25%", "40%")}
        made["every"] = draw.duration(1, 3)
    else:
        made = {kind: draw.duration(1, 8)}
    if draw.maybe(0.25):
        made["floor"] = draw.amount()
    return made


def _silence_rule(draw: Draw, ruleset: Made) -> Made:
    made: Made = {"inactive": draw.duration(1, 6)}
    if draw.maybe(0.6):
        made |= draw.matcher()
    awards = ["once", {"at_count": 1}]
    if "retention" in ruleset:  # else there would be too many silences
        awards = ["once", {"at_count": 1}, "each", "each", "each", {"every": 1}]
    if draw.maybe(0.8):
        made["award"] = draw.one(*awards)
    return made


def _bands(draw: Draw, kind: str) -> list[Made]:
    """Bands of which each can fit. The last one may have no condition."""
    count = draw.number(1, 3)
    if kind == "silence" and draw.maybe(0.7):
        least = sorted(draw.some(range(-5, 16), count, count), reverse=True)
        bands: list[Made] = [{"score": [{"numeric": [">=", total]}]} for total in least]
    else:
        drawn = [_condition(draw, kind) for _ in range(count)]
        bands = [band for n, band in enumerate(drawn) if band not in drawn[:n]]
    if draw.maybe(0.5):
        bands.append({})
    return [{**band, "points": draw.points()} for band in bands]


def _condition(draw: Draw, kind: str) -> Made:
    if kind == "event" and draw.maybe(0.7):
        too = {"lead": draw.lead()} if draw.maybe(0.2) else {}
        return {"where": draw.where(), **too}
    more = {"score": _score(draw)} if kind == "silence" and draw.maybe(0.4) else {}
    return {"lead": draw.lead(), **more}


def _score(draw: Draw) -> list[Any]:
    at = draw.number(-3, 12)
    return [
        draw.one(
            {"numeric": [">", at]},
            {"numeric": [">=", at]},
            {"numeric": ["<", at]},
            {"numeric": [">", at, "<=", at + 6]},
            {"anything-but": [at]},
        )
    ]


def _rule_bounds(draw: Draw, rule: Made) -> Made:
    given = [values.points(part.get("points", 0)) for part in [rule, *rule.get("first_of", [])]]
    made: Made = {}
    if draw.maybe(0.3):
        made["max"] = max(0, *given) // 1000 + draw.number(1, 5)
    if draw.maybe(0.2):
        made["min"] = min(0, *given) // 1000 - draw.one(0, 0.5, 3)
    return made


def _active(draw: Draw, ruleset: Made) -> Made:
    start, end = draw.written(draw.instant()), draw.written(draw.instant())
    zone = values.zone(ruleset.get("timezone", "UTC"))
    if values.beginning(start, zone) >= values.ending(end, zone):
        return {draw.one("active_from", "active_until"): start}
    return draw.one({"active_from": start, "active_until": end}, {"active_until": end})  # type: ignore[no-any-return]
