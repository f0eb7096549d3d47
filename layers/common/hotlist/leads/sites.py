"""What a site or an app is that a visit came from: a search engine, a network, somebody's mail.

Hosts are told by the name before a public ending, so `google.com.br` is Google's, and
`google.evil.example` and `notgoogle.com` are not.
"""

import re
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit


class Site(StrEnum):
    """Kinds of sites."""

    SEARCH = "search"
    SOCIAL = "social"
    VIDEO = "video"
    SHOPPING = "shopping"
    MAIL = "mail"
    PASSAGE = "passage"
    """A page for signing in or paying: it says nothing of where somebody came from."""

    OTHER = "other"


_NAMES: Final = {
    Site.SEARCH: (
        "google bing yahoo duckduckgo ecosia baidu yandex qwant startpage seznam naver daum aol "
        "ask lycos mojeek sogou rambler swisscows metager presearch kagi dogpile webcrawler excite "
        "coccoc lilo gibiru infospace virgilio haosou ixquick ya brave"
    ),
    Site.SOCIAL: (
        "facebook instagram linkedin twitter tiktok pinterest reddit snapchat tumblr threads quora "
        "weibo vkontakte xing messenger whatsapp telegram discord mastodon goldenline wykop flickr "
        "livejournal viadeo nextdoor meetup odnoklassniki truthsocial bluesky bsky lnkd fb vk"
    ),
    Site.VIDEO: (
        "youtube youtube-nocookie vimeo dailymotion twitch wistia rutube bilibili youku iqiyi cda "
        "netflix hulu"
    ),
    Site.SHOPPING: (
        "amazon ebay etsy allegro allegrolokalnie ceneo skapiec nokaut okazje idealo geizhals "
        "billiger guenstiger kelkoo shopzilla pricerunner pricespy heureka skroutz aliexpress "
        "alibaba walmart rakuten mercadolibre mercadolivre zalando shopee lazada taobao tmall "
        "flipkart olx empik kaufland emag cdiscount temu shein"
    ),
    Site.MAIL: (
        "gmail fastmail protonmail proton tuta tutanota superhuman deref-gmx deref-web deref-mail "
        "deref-web-02 deref-1und1 campaign-archive"
    ),
    Site.PASSAGE: (
        "paypal przelewy24 payu tpay dotpay paynow imoje autopay bluemedia adyen mollie sofort "
        "giropay worldpay saferpay datatrans braintreegateway hotpay stripe microsoftonline auth0 "
        "okta onelogin cardinalcommerce b2clogin"
    ),
}
_BY_NAME: Final = {name: site for site, names in _NAMES.items() for name in names.split()}
"""What a host is by its name before a public ending, or a campaign's source by its first word."""

_HOSTS: Final = {
    **dict.fromkeys(("x.com", "t.co", "t.me", "m.me", "wa.me", "line.me", "fb.me"), Site.SOCIAL),
    **dict.fromkeys(("vk.ru", "ok.ru", "redd.it", "pin.it", "fb.watch", "l.wl.co"), Site.SOCIAL),
    **dict.fromkeys(("bsky.app", "discord.gg", "news.ycombinator.com"), Site.SOCIAL),
    **dict.fromkeys(("so.com", "go.mail.ru", "yep.com", "syndicatedsearch.goog"), Site.SEARCH),
    **dict.fromkeys(("t.umblr.com", "web.skype.com", "douyin.com"), Site.SOCIAL),
    **dict.fromkeys(("youtu.be", "twitch.tv"), Site.VIDEO),
    **dict.fromkeys(
        ("mailchi.mp", "e.mail.ru", "app.tuta.com", "3c.gmx.net", "app.hey.com"), Site.MAIL
    ),
    **dict.fromkeys(
        ("id.atlassian.com", "id.apple.com", "idmsa.apple.com", "nid.naver.com"), Site.PASSAGE
    ),
    **dict.fromkeys(("3c.web.de", "outlook.cloud.microsoft"), Site.MAIL),
    **dict.fromkeys(("login.gov.pl", "pz.gov.pl"), Site.PASSAGE),
    "shop.app": Site.SHOPPING,
}
"""Hosts, and what stands below them, that their name alone does not tell."""

_FIRST: Final = {
    **dict.fromkeys(
        "mail webmail poczta nowapoczta email emails e-mail outlook owa exchange roundcube zimbra "
        "horde correo posta messagerie navigator newsletter".split(),
        Site.MAIL,
    ),
    **dict.fromkeys(
        "account accounts login log-in logon signin sign-in auth oauth oauth2 sso idp adfs "
        "passport appleid logowanie anmelden pay payment payments checkout 3ds 3ds2 acs "
        "secure-pay".split(),
        Site.PASSAGE,
    ),
    **dict.fromkeys("search suche suchen szukaj recherche buscar".split(), Site.SEARCH),
    "shopping": Site.SHOPPING,
}
"""What a host is by a word below its name, whoever's it is."""

_PORTALS: Final = frozenset(
    "onet wp interia gmx web t-online freenet walla goo marginalia centrum ukr docomo terra "
    "rambler sapo comcast".split()
)
"""Sites whose `search.` is a search engine; elsewhere it is one in the site's own pages."""

_NUMBERED: Final = re.compile(r"www[0-9]{1,2}\Z")

_SEARCHED: Final = frozenset(
    "www m cn images encrypted cse ipv4 ipv6 search image lite html int global r nova wap noai "
    "safe".split()
)
"""Where people search below an engine's name; elsewhere there it has documents, news, maps."""

_SOLD: Final = frozenset("www m mobile shop smile pages business".split())
"""Where people buy below a shop's name; elsewhere there it sells to shops, or runs servers."""

_HOST: Final = re.compile(
    r"(?:(.+?)\.)??([a-z0-9-]+)\.(?:(?:com?|net?|org|gov)\.[a-z]{2}|com|net|org|app|me|social|cat|[a-z]{2})\Z"
)
"""What stands below a site's name, and the name, before an ending that anybody may register in."""

_APPS: Final = {
    **dict.fromkeys(("gm", "gmail", "outlook", "protonmail", "k9", "mobilemail"), Site.MAIL),
    **dict.fromkeys(("mail", "email", "422689480", "951937596", "samsungemail"), Site.MAIL),
    **dict.fromkeys(("poczta", "wppoczta", "thunderbird", "bluemail", "aquamail"), Site.MAIL),
    **dict.fromkeys(("googlequicksearchbox", "searchlite", "googlemobile"), Site.SEARCH),
    **dict.fromkeys(("284815942", "searchplugin", "searchapp", "searchbox", "search"), Site.SEARCH),
    **dict.fromkeys(("musically", "trill", "barcelona", "284882215", "389801252"), Site.SOCIAL),
    **dict.fromkeys(("288429040", "333903271", "429047995", "1064216828"), Site.SOCIAL),
    **dict.fromkeys(("835599320", "310633997"), Site.SOCIAL),
    **dict.fromkeys(("challegram", "blueskyweb", "viber", "line", "mm"), Site.SOCIAL),
    "joinmastodon": Site.SOCIAL,
    "544007664": Site.VIDEO,
    "mshop": Site.SHOPPING,
}
"""Apps by a part of their package's or bundle's name, or by their number in Apple's store."""

_PUBLISHERS: Final = frozenset(
    "google yahoo yandex amazon baidu naver brave microsoft burbn".split()
)
"""Who has apps of many kinds: their name in a package says nothing."""

_SHORT: Final = {
    **dict.fromkeys(
        ("ig", "insta", "fbig", "meta", "x", "li", "tt", "snap", "tik", "social"), Site.SOCIAL
    ),
    **dict.fromkeys(("adwords", "gads", "g", "msn", "microsoft", "sa360", "dfs"), Site.SEARCH),
    **dict.fromkeys(("yt",), Site.VIDEO),
    **dict.fromkeys(("merchant",), Site.SHOPPING),
    **dict.fromkeys(
        "email mail e-mail newsletter newsletters mailing mailchimp".split(), Site.MAIL
    ),
    **dict.fromkeys("klaviyo sendgrid mailerlite getresponse freshmail brevo".split(), Site.MAIL),
    **dict.fromkeys("sendinblue activecampaign edm customerio iterable".split(), Site.MAIL),
    **dict.fromkeys(
        "braze substack beehiiv marketo pardot salesmanago eloqua omnisend".split(), Site.MAIL
    ),
}
"""What campaigns call sites beside their names."""


_NEWSLETTER: Final = re.compile(r"\b(?:newsletters?|mailing|e-?mail)\b")

_LONGEST: Final = 254
"""No host is longer, with a dot at its end."""


def host_of(url: str) -> str:
    """The host of an address, also of one without a scheme; empty if there is none."""
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return "" if len(host) > _LONGEST else host.lower().removesuffix(".").removeprefix("www.")


def site_of(url: str) -> Site:
    """What an address in a referrer is, a page's or an app's."""
    host = host_of(url)
    if url[:14].lower().startswith(("android-app://", "ios-app://")):
        return _app(host)
    return _known(host) or _by_parts(host) or Site.OTHER


def site_named(source: str) -> Site:
    """What a campaign's source is, in lower case with `-` between its words: a host or a name."""
    if "." in source:
        return site_of(source)
    if _NEWSLETTER.search(source):
        return Site.MAIL
    first, _, rest = source.removeprefix("e-").partition("-")
    if rest.startswith("shopping"):
        return Site.SHOPPING
    for word in (first, first.removesuffix("ads").removesuffix("ad"), f"{first}{rest}"):
        if site := _BY_NAME.get(word) or _SHORT.get(word):
            return site
    return Site.OTHER


def _known(host: str) -> Site | None:
    while host:
        if site := _HOSTS.get(host):
            return site
        host = host.partition(".")[2]
    return None


def _by_parts(host: str) -> Site | None:
    if (found := _HOST.match(host)) is None:
        return None
    below, name = found[1], found[2]
    labels = [one for one in below.split(".") if not _NUMBERED.match(one)] if below else []
    for label in labels:
        if (site := _FIRST.get(label)) and (
            site is not Site.SEARCH or name in _BY_NAME or name in _PORTALS
        ):
            return site
    site = _BY_NAME.get(name)
    if site is Site.SEARCH and not all(label in _SEARCHED or len(label) == 2 for label in labels):
        return Site.OTHER
    if site is Site.SHOPPING and not all(label in _SOLD or len(label) == 2 for label in labels):
        return Site.OTHER
    return site


def _app(package: str) -> Site:
    """An app, by its package. A site's name counts where the publisher's stands, or is known."""
    every = package.split(".")
    parts = [part for part in every if part not in _PUBLISHERS]
    named = parts if len(parts) < len(every) else parts[:2]
    found = [_APPS.get(part) or (_BY_NAME.get(part) if part in named else None) for part in parts]
    return next((site for site in found if site is not None), Site.OTHER)


def is_own(url: str, page_url: str) -> bool:
    """Whether an address is of the page's own site: its host, one above it or one below it."""
    host, own = host_of(url), host_of(page_url)
    return bool(own) and (host == own or host.endswith(f".{own}") or own.endswith(f".{host}"))
