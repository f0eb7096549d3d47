"""`python -m hotlist_cli.crawlers`: write the lists of bots' names from a public one.

The list is that of crawler-user-agents, at the version that requirements/dev.txt pins; a test
holds the written file equal to it. Its patterns become plain texts, so that nothing has to be
compiled when a function starts.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from hotlist.leads import bots

TEXT: Final = Path(bots.__file__).with_suffix(".txt")
LICENCE: Final = TEXT.with_name("bots-licence.txt")

_PACKAGE: Final = "crawler-user-agents"
_HEADER: Final = """\
# Names of bots by class, written by `make bots`. Do not edit: exceptions stand in the command.
# Made of crawler-user-agents {version}, whose newest entry is of {date} and whose licence stands
# in {licence}. A name with ^ stands at an agent's beginning.
"""

_SERVERS: Final = frozenset(
    r"""easybill-ImportManager|GoPay|Google-Apps-Script|HubSpot|IFTTT\/|Integromat\/
    |Klaviyo\/|Make\/|Mollie HTTP client|Omnisend\/|PayPal\/|Recurly Webhooks\/|Retool\/
    |SFDC-Callout\/|SendGrid Event API|Shopify-Captain-Hook|Snipcart\/|Stripe\/|Svix-Webhooks\/
    |Trustly\/|Webflow|Zapier|Zendesk Webhook""".replace("\n    ", "").split("|")
)
"""What the source calls crawlers and is a company's own server, which posts to forms."""

_CRAWLERS: Final = frozenset(
    "ALittle Client|Download Ninja|GoParserBot|HTTrack|Scrapy|SimpleCrawler|colly|crawler4j|"
    "httpunit|larbin|newspaper\\/|phpcrawl|python-opengraph|rawweb-bot|trafilatura".split("|")
)
"""What the source calls HTTP libraries and fetches whole sites."""

_PEOPLE: Final = frozenset(
    {
        *(r"AP3A\.240617\.008", r"Code\/1\.", "Fluid", "MetaIAB Facebook", r"Trae\/", r"Tumblr\/"),
        # A proxy stands where a person is: their mails' images, or all of their requests.
        *("Amazon CloudFront", "FastmailUA", "GoogleImageProxy", "YahooMailProxy"),
    }
)
"""What people use, or what stands for them, though the source has it."""

_REWRITTEN: Final = {
    "AdsBot-Google([^-]|$)": ["AdsBot-Google"],
    "Ahrefs(Bot|SiteAudit)": ["AhrefsBot", "AhrefsSiteAudit"],
    "(^| )sentry\\/": ["sentry/"],
    "(^| )PTST\\/": ["PTST/"],
    "BlogTraffic\\/\\d\\.\\d+ Feed-Fetcher": ["BlogTraffic/"],
    "ContextualBot[\\s\\S]*outcomes\\.net": ["ContextualBot"],
    "Current[\\s\\S]*RSS Reader": [],
    "Spider[\\s\\S]*spider\\.com": [],
    "Blackboard": ["Blackboard SafeAssign"],
    "CapitalOneShopping": ["^CapitalOneShopping"],
    "Grammarly\\/": ["^Grammarly/"],
    "Notion\\/": ["^Notion/"],
    "Sogou": ["Sogou web", "Sogou news", "Sogou inst", "Sogou pic", "Sogou-Test"],
    "Viber": ["^Viber"],
    "WhatsApp": ["^WhatsApp"],
    "GoogleAssociationService$": ["GoogleAssociationService"],
    "SSL Labs$": ["SSL Labs"],
}
"""Patterns that are no plain text. Without a text, the general words find what they mean."""

_EITHER_CASE: Final = re.compile(r"\[(.)(.)\]")
_EITHER_WORD: Final = re.compile(r"\((\w+)\|(\w+)\)")
_META: Final = re.compile(r"[\[\](){}|*+?$^]|\\[a-zA-Z]")


class NotPlain(ValueError):
    """A pattern that is no plain text; the message says where to write what it means."""


def main() -> int:
    TEXT.write_text(text(), "utf-8")
    LICENCE.write_text(licence(), "utf-8")
    return 0


def text() -> str:
    """The lists, each name once and none that says no more than a shorter one."""
    entries = _entries()
    made = _HEADER.format(
        version=metadata.version(_PACKAGE),
        date=max(entry.get("addition_date", "") for entry in entries),
        licence=LICENCE.name,
    )
    libraries = {name for entry in entries if _is_library(entry) for name in names(entry)}
    crawlers = {name for entry in entries if not _is_library(entry) for name in names(entry)}
    for title, listed in (("crawlers", crawlers - libraries), ("libraries", libraries)):
        made += f"\n[{title}]\n" + "\n".join(sorted(_shortest(listed))) + "\n"
    return made


def licence() -> str:
    """The licence text of the source, which asks to go with its data."""
    found = metadata.distribution(_PACKAGE).read_text("licenses/LICENSE")
    if found is None:
        raise FileNotFoundError(f"{_PACKAGE} has no licenses/LICENSE")
    return found.strip() + "\n"


def names(entry: dict[str, Any]) -> Iterator[str]:
    """The plain texts, in lower case, that a pattern of the source stands for.

    :raises NotPlain: if it stands for others.
    """
    pattern = entry["pattern"]
    if pattern in _PEOPLE:
        return
    for one in _REWRITTEN.get(pattern) or _alternatives(pattern):
        yield one.lower().lstrip(" ;")


def _alternatives(pattern: str) -> list[str]:
    if pattern in _REWRITTEN:
        return []
    plain = _EITHER_CASE.sub(lambda m: m[1] if m[1].lower() == m[2].lower() else m[0], pattern)
    plain = _EITHER_WORD.sub(lambda m: m[1] if m[1].lower() == m[2].lower() else m[0], plain)
    if _META.search(re.sub(r"^\^|\||\\[^a-zA-Z]", "", plain)):
        raise NotPlain(f"{pattern!r} is no plain text; write in _REWRITTEN what it means")
    return [re.sub(r"\\(.)", r"\1", one) for one in plain.split("|")]


def _is_library(entry: dict[str, Any]) -> bool:
    if entry["pattern"] in _SERVERS:
        return True
    return "http-library" in entry["tags"] and entry["pattern"] not in _CRAWLERS


def _shortest(listed: Iterable[str]) -> set[str]:
    """Those that no other one of them begins."""
    known = set(listed)
    return {name for name in known if known.isdisjoint(name[:size] for size in range(1, len(name)))}


def _entries() -> list[dict[str, Any]]:
    for file in metadata.files(_PACKAGE) or ():
        if file.name == "crawler-user-agents.json":
            entries: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
            return entries
    raise FileNotFoundError(f"{_PACKAGE} has no crawler-user-agents.json")


if __name__ == "__main__":
    sys.exit(main())
