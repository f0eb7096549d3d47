"""Requests by links of mails, with the status and type of each answer."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hotlist.links.tokens import Purpose
from integration.stages import links

OLD: Final = datetime.now(UTC).date() - timedelta(days=400)
SOON: Final = datetime.now(UTC).date() + timedelta(days=9)
HTML: Final = "text/html"
PROBLEM: Final = "application/problem+json"
BAD: Final = {one: f"/{one}/x" for one in ("confirm", "unsubscribe", "d", "o", "c", "answers")}
UNSUBSCRIBE: Final = links.link(Purpose.UNSUBSCRIBE)
EXPIRED: Final = {
    "confirm": links.link(Purpose.CONFIRM, day=OLD),
    "unsubscribe": links.PAST_LINK,
    "d": links.link(Purpose.REWARD, day=OLD),
    "o": links.link(Purpose.OPENED, day=OLD),
    "c": links.link(Purpose.CLICKED, day=OLD),
    "answers": links.answer(day=OLD),
}
GOOD: Final = {
    "confirm": links.confirm(),
    "unsubscribe": UNSUBSCRIBE,
    "d": links.reward(form="film"),
    "o": links.opened(),
    "c": links.clicked(),
    "answers": links.answer(),
}
POSTED: Final = ("confirm", "unsubscribe", "d", "answers")

Answered = tuple[int, str, str, str, str, str]
"""Status, type, method, path, body, and what the client takes."""


def rows() -> list[Answered]:
    found: list[Answered] = [
        (200, HTML, "GET", GOOD["confirm"], "", HTML),
        (200, HTML, "HEAD", GOOD["confirm"], "", HTML),
        (200, HTML, "POST", GOOD["confirm"], "do=confirm", HTML),
        (200, HTML, "GET", UNSUBSCRIBE, "", HTML),
        (200, HTML, "POST", UNSUBSCRIBE, "do=all", HTML),
        (200, HTML, "POST", UNSUBSCRIBE, "List-Unsubscribe=One-Click", "*/*"),
        (422, HTML, "POST", UNSUBSCRIBE, "do=some", HTML),
        (200, HTML, "GET", GOOD["d"], "", HTML),
        (303, "", "POST", GOOD["d"], "do=claim", HTML),
        (302, "", "GET", links.download(form="film"), "", HTML),
        (200, "text/calendar", "GET", links.download(form="demo"), "", HTML),
        (404, HTML, "GET", links.download(), "", HTML),
        (200, "image/gif", "GET", GOOD["o"], "", "image/*"),
        (302, "", "GET", GOOD["c"], "", HTML),
        (410, HTML, "GET", links.clicked("https://gone.example"), "", HTML),
        (200, HTML, "GET", GOOD["answers"], "", HTML),
        (200, HTML, "HEAD", f"{GOOD['answers']}?do=won", "", HTML),
        (200, "text/calendar", "GET", f"{GOOD['answers']}?ics={SOON}", "", HTML),
        (404, HTML, "GET", f"{GOOD['answers']}?ics=never", "", HTML),
        (410, PROBLEM, "GET", links.answer(recipient="zoe"), "", "application/json"),
        (410, HTML, "POST", links.answer(recipient="zoe"), "do=won", HTML),
        (200, HTML, "POST", GOOD["answers"], "do=won&value=12,5", HTML),
        (422, HTML, "POST", GOOD["answers"], "do=rejected", HTML),
        (422, HTML, "POST", GOOD["answers"], "do=undo", HTML),
        (404, HTML, "GET", "/unsubscribe/", "", HTML),
        (404, HTML, "POST", "/confirm", "do=confirm", HTML),
        (404, PROBLEM, "GET", "/d", "", "application/json"),
    ]
    for kind in BAD:
        for method in ("GET", "HEAD", *(["POST"] if kind in POSTED else [])):
            for path, status in ((BAD[kind], 404), (EXPIRED[kind], 410)):
                found += [
                    (status, HTML, method, path, "", HTML),
                    (status, PROBLEM, method, path, "", "application/json"),
                ]
        found.append((405, HTML, "PUT", GOOD[kind], "", HTML))
        found.append((405, PROBLEM, "OPTIONS", GOOD[kind], "", "application/json"))
    return found


def without_a_secret() -> list[Answered]:
    """While the secret cannot be read."""
    return [
        (503, kind, method, GOOD[one], "", accept)
        for one in GOOD
        for method in ("GET", *(["POST"] if one in POSTED else []))
        for kind, accept in ((HTML, HTML), (PROBLEM, "application/json"))
    ]
