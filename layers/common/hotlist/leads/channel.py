"""By which channel a visit came: from its campaign, click ids and referrer.

The definitions follow Google Analytics 4's default channel groups; docs/scoring.md has them as
a table, with what differs. What the campaign says comes first, then ads' click ids, then the
referrer.
"""

import re
from typing import Final

from hotlist.events.event import Event
from hotlist.leads.sites import Site, host_of, is_own, site_named, site_of

_BETWEEN: Final = re.compile(r"(?:[\s_+,;|&-]|%20)+")
_NOTHING: Final = frozenset({"none", "not-set", "direct", "null", "undefined", "n-a", "unknown"})

_PAID: Final = re.compile(
    r"cp[acelmv](?![a-z])|\bcp[acelmv]|ppc|paid|\bp-?max\b|performance-?max|cross-?network"
    r"|retarget|remarket|sponsor|promoted|boosted|\bpla\b|\badwords|\bads?\b|[a-z]ads\b|\bsem\b|\bsea\b"
)
_ADS: Final = re.compile(r"\bads?\b|[a-z]ads\b|adwords")
_DISPLAY: Final = re.compile(
    r"display|banner|expandable|interstitial|\bcpm\b|\bgdn\b|programmatic|\brtb\b|\bdsp\b"
)
_SHOP: Final = re.compile(r"(?:\b|(?<=e))shop(?:\b|ping)|\bpla\b")
_SEARCH: Final = re.compile(
    r"search|\bsem\b|\bsea\b|adwords|\bp-?max\b|performance-?max|cross-?network"
)
_SEARCH_MEDIA: Final = re.compile(r"cpc|ppc|\bpaid\Z")
"""What ads in search results are bought by, where nobody says on which site."""

_SOCIAL: Final = re.compile(r"social|\bsm\b|\bsmm\b")

_MEDIA: Final = (
    (re.compile(r"\be-?mail|newsletter|\bmail(?:ing|er)?\b|\bedm\b"), "email"),
    (re.compile(r"aff?ilia"), "affiliate"),
    (re.compile(r"\bsms\b|\bmms\b|text-message"), "sms"),
    (re.compile(r"push\b|notification|\Amobile\Z"), "push"),
    (re.compile(r"audio|podcast|\bradio\b"), "audio"),
)
"""Media that say the channel, paid or not."""

_OWN_WAYS: Final = {"sms": "sms", "firebase": "push"}
"""Sources that say the channel, whatever the medium."""

_AD_CLICKS: Final = (
    *((name, "paid_search") for name in ("gclid", "gbraid", "wbraid", "msclkid")),
    *((name, "paid_social") for name in ("ttclid", "li_fat_id")),
)
"""Click ids that ads alone have. Facebook gives its own to every link."""

_PAID_SITES: Final = {
    Site.SEARCH: "paid_search",
    Site.SOCIAL: "paid_social",
    Site.VIDEO: "paid_video",
    Site.SHOPPING: "paid_shopping",
    Site.MAIL: "email",
}
_SITES: Final = {
    Site.SEARCH: "organic_search",
    Site.SOCIAL: "organic_social",
    Site.VIDEO: "organic_video",
    Site.SHOPPING: "organic_shopping",
    Site.MAIL: "email",
}


def channel(event: Event) -> str:
    """The channel by which a visit came, one of `events.CHANNELS`."""

    def said(name: str) -> str:
        value = event.properties.get(name)
        return value.strip() if isinstance(value, str) else ""

    def words(name: str) -> str:
        text = _BETWEEN.sub("-", said(name).lower()).strip("-()")
        return "" if text in _NOTHING else text

    medium, source, campaign = words("medium"), words("source"), words("campaign")
    site = site_named(source)
    click = next((way for name, way in _AD_CLICKS if said(name)), "")
    if click or _PAID.search(medium) or (not medium and _ADS.search(source)):
        if not click and said("fbclid"):
            click = "paid_social"
        return _paid(medium, source, campaign, site, click)
    if _DISPLAY.search(medium):
        return "display"
    return (
        _of_medium(medium)
        or _organic(medium, source, campaign, site)
        or ("organic_social" if said("fbclid") else "")
        or _of_referrer(said("referrer"), said("page_url") or said("landing_page"))
        or _otherwise(medium, source, campaign)
    )


def _of_medium(medium: str) -> str:
    return next((way for pattern, way in _MEDIA if pattern.search(medium)), "")


def _paid(medium: str, source: str, campaign: str, site: Site, click: str) -> str:
    """What was paid for: the medium says it, or the campaign, the source, the click id."""
    if way := _of_medium(medium):
        return way
    if _SOCIAL.search(medium):
        return "paid_social"
    if "video" in medium:
        return "paid_video"
    if _SHOP.search(medium) or (_SHOP.search(campaign) and site in (Site.SEARCH, Site.OTHER)):
        return "paid_shopping"
    if _DISPLAY.search(medium) and site not in (Site.SOCIAL, Site.VIDEO):
        return "display"
    if _SEARCH.search(medium):
        return "paid_search"
    if by_site := _PAID_SITES.get(site):
        return by_site
    return click or ("paid_other" if source or not _SEARCH_MEDIA.search(medium) else "paid_search")


def _organic(medium: str, source: str, campaign: str, site: Site) -> str:
    if site is Site.MAIL:
        return "email"
    if source in _OWN_WAYS:
        return _OWN_WAYS[source]
    if site is Site.SHOPPING or _SHOP.search(campaign):
        return "organic_shopping"
    if site is Site.SOCIAL or _SOCIAL.search(medium):
        return "organic_social"
    if "video" in medium:
        return "organic_video"
    if by_site := _SITES.get(site):
        return by_site
    if _SHOP.search(medium):
        return "organic_shopping"
    if medium == "organic":
        return "organic_search"
    return "referral" if medium in ("referral", "app", "link") else ""


def _of_referrer(referrer: str, page_url: str) -> str:
    site = site_of(referrer)
    if not referrer or site is Site.PASSAGE or is_own(referrer, page_url):
        return ""
    return _SITES.get(site) or ("referral" if host_of(referrer) else "")


def _otherwise(medium: str, source: str, campaign: str) -> str:
    if "." in source and not medium and host_of(source):
        return "referral"
    return "other" if medium or source or campaign else "direct"
