"""What an event tells beside what it says: is it a bot's, by which channel did it come.

Pure and versioned: nothing is classified when it is captured, so a better classifier, with a new
`VERSION`, means that every lead is folded again, as after changed rules.
"""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT

VERSION: Final = 1

_BOTS: Final = re.compile(
    r"bot\b|crawl|spider|slurp|headless|phantomjs|python-requests|curl/|wget/|go-http-client"
    r"|facebookexternalhit|preview",
    re.IGNORECASE,
)
_PAID: Final = frozenset({"cpc", "ppc", "paid", "paidsearch", "paid_search", "sem"})
_PAID_SOCIAL: Final = frozenset({"paid_social", "paidsocial", "cpm_social"})
_SOCIAL: Final = re.compile(
    r"(?:^|\.)(?:facebook|instagram|linkedin|lnkd|twitter|t|x|tiktok|youtube|pinterest|reddit)"
    r"(?:\.com|\.co|\.in)?\Z"
)
_SEARCH: Final = re.compile(
    r"(?:^|\.)(?:google|bing|duckduckgo|yahoo|ecosia|baidu|yandex|qwant|startpage)\b"
)


def classify(event: Event) -> Event:
    """The event with the flags that its user agent earns it."""
    agent = event.properties.get("user_agent")
    if isinstance(agent, str) and _BOTS.search(agent):
        return replace(event, flags=event.flags | {BOT})
    return event


def channel(event: Event) -> str:
    """The channel by which a visit came, from its campaign, click ids and referrer."""

    def said(name: str) -> str:
        value = event.properties.get(name)
        return value.lower() if isinstance(value, str) else ""

    medium, source = said("medium"), said("source")
    referrer = _host(said("referrer"))
    social = bool(_SOCIAL.search(source) or _SOCIAL.search(referrer))
    if medium in _PAID_SOCIAL or (medium in _PAID and social):
        return "paid_social"
    if said("fbclid") or said("ttclid") or said("li_fat_id"):
        return "paid_social" if medium in _PAID else "organic_social"
    if medium in _PAID or any(map(said, ("gclid", "gbraid", "wbraid", "msclkid"))):
        return "paid_search"
    if medium in ("display", "banner", "cpm"):
        return "display"
    if medium in ("email", "e-mail", "newsletter"):
        return "email"
    if medium == "affiliate":
        return "affiliate"
    if medium in ("social", "organic_social") or social:
        return "organic_social"
    if medium == "organic" or _SEARCH.search(referrer):
        return "organic_search"
    if medium == "referral" or (referrer and referrer != _host(said("page_url"))):
        return "referral"
    return "other" if medium or source else "direct"


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
