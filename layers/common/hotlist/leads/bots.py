"""What a user agent is: a crawler's, an HTTP library's or server's, or a person's.

The names stand in bots.txt beside this module: `make bots` writes it from a kept public list. It
is read when the first agent is asked about. Words that bots call themselves by, and what people's
agents have that looks like them, stand here. No agent is matched against anything that can take
more than linear time.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Final


class Agent(StrEnum):
    """Who sent a request, as far as its agent says so."""

    CRAWLER = "crawler"
    """A crawler, a headless browser, or what fetches a preview."""

    LIBRARY = "library"
    """An HTTP library or a server: a program of somebody's, which may act for a person."""

    PERSON = "person"


_PHONES: Final = re.compile(r"\bcubot\w*|\bm[ _-]bot\b|\bsonic slack_ssb\b")
"""Brands of phones, which also stand outside the place where Android names the device, and apps."""

_DEVICE: Final = re.compile(
    r"(\b(?:android|adr)[ /][\w.]+;(?: (?:[a-z]{2}[-_][a-z]{2,4}|mobile|tablet);)?)[^;()/]*"
)
"""Where Android names the device: any word may be a model's."""

_URL: Final = re.compile(r"https?://[^\s;,)]*")

_WORDS: Final = re.compile(
    r"bots?(?![a-z])|crawl|spider|scrap(?:er|ing)|slurp|headless|phantomjs|lighthouse|fetcher"
    r"|(?:link|url|uri|web|page|site|rich|image)[ _-]?preview|link ?(?:check|expand|verif)"
    r"|(?:scann|check|prob|monitor|index|pars|extract|resolv|harvest|find|valid(?=at))(?:er|or)\b"
    r"|validator|monitoring|analyzer|synthetic|health-?check|speed insights|\brecon\b"
    r"|\b(?:cypress|jsdom|htmlunit|electron nightmare|novaact|existence discovery|kube-probe)\b"
    r"|botframework|pinger\b|screenshot|wappalyzer|builtwith|barracuda sentinel|nuclei\b"
    r"|google search console|baidu transcoder|route ?53|\.well-known"
)
"""What bots of every kind call themselves. Of `preview` alone, and `monitor`, people are called
too: their phones' systems and browsers are."""

_LIBRARIES: Final = frozenset(
    """actix airtable akka-http alamofire apache apachebench aws azure-logic-apps
    brevo bruno bun calendly cohttp collectd cpp-httplib curl dart deno drupal elastic
    elementor elixir erlang excon faraday fasthttp feign fiddler finch gatling
    github-hookshot gitlab go-resty gohttp google-http-java-client got grafana guzzle
    guzzlehttp hackney hey http.rb http_client httparty httpclient httpie hyper
    insomnia integromat isahc jakarta java java-http-client jersey jira jmeter joomla
    joomla! jotform k6 ktor ktor-client ky laravel libcurl locust magento mailchimp
    mailgun make matomo microsoft-azure-logic-apps microsoft-flow
    microsoft.data.mashup mint n8n needle netty node node.js nodejs pabbly pagelines
    paw pekko-http perl phin php pipedream postmanruntime powershell prestashop
    prometheus pycurl python reactornetty request-promise requests rest-client
    resteasy restsharp resty retrofit ruby rust salesforce servicenow shopify
    slackhook soapui spring superagent symfony tally telegram tesla tray.io twilio
    twisted typeform typhoeus typo3 undici unirest ureq urllib3 vegeta vert.x webflow
    winhttp woocommerce wordpress workato wpforms wrk xenforo xh zapier""".split()
)
"""What agents of HTTP libraries, languages' own clients, servers and their tools begin with."""

_FAMILIES: Final = (
    *("amazon-", "amazon sns", "amazon simple", "apache-", "aws-", "google-cloud-", "paypal ipn"),
    *("contact form 7", "jetpack by wordpress", "lua-resty-", "power automate", "powerautomate"),
    *("python-", "sap netweaver", "swift-urlsession", "symfony "),
)
_PRODUCT: Final = re.compile(r"[^\s/(;,]+")
_WITHIN: Final = re.compile(
    r"(?:\b(?:windows)?powershell|\bwinhttprequest|http[-_ ]?client|\bhttpurlconnection|\breqwest"
    r"|\bindy library|\bunitywebrequest|rest[-_ ]?client|\bwebhooks?|http_request)(?![a-z])"
)

_ONE_PRODUCT: Final = re.compile(
    r"(?!mozilla|opera|dalvik|ucweb|nokia|blackberry|samsung|sonyericsson|lg|mot|fastmailua|tumblr)"
    r"[^\s/();,]+/v?[0-9][\w.+-]*\Z"
)
"""A name and a version alone. Every browser says more of itself, but for a plain `Mozilla/5.0`."""

_CONTACT: Final = re.compile(
    r"\+https?:|\+?mailto:|https?://[^\s;,)]*(?:bot|crawl|spider)|[\w.-]@[\w-]+\.[a-z]"
    r"|\bgoogle-[a-z]"
)
"""Where a bot says who runs it. A server says so too: it is asked about before."""


def _is_library(agent: str) -> bool:
    product = _PRODUCT.match(agent)
    return (
        (product is not None and product[0] in _LIBRARIES)
        or agent.startswith(_FAMILIES)
        or _WITHIN.search(agent) is not None
        or _names("libraries").stand_in(agent)
    )


class _Names:
    """Names that an agent may have, each at the beginning of a word; with ^ of the agent.

    They are kept by their first two letters: an agent asks for few of them.
    """

    def __init__(self, listed: Iterable[str]) -> None:
        self._first: tuple[str, ...] = ()
        self._by_head: dict[str, tuple[str, ...]] = {}
        for name in listed:
            if name.startswith("^"):
                self._first += (name[1:],)
            else:
                self._by_head[name[:2]] = (*self._by_head.get(name[:2], ()), name)

    def stand_in(self, agent: str) -> bool:
        """Whether one of them stands in this agent, which is in lower case."""
        if agent.startswith(self._first):
            return True
        starts = (word.start() for word in _WORD.finditer(agent))
        return any(agent.startswith(self._by_head.get(agent[at : at + 2], ()), at) for at in starts)


_WORD: Final = re.compile(r"(?<![a-z0-9])[a-z0-9]")


@lru_cache(maxsize=1_024)
def agent_of(user_agent: str) -> Agent:
    """Whose this user agent is. An empty one is a person's: nothing says otherwise."""
    agent = user_agent.lower()
    whole = _PHONES.sub("", _DEVICE.sub(r"\1", agent))
    named = _URL.sub("", whole)
    if _WORDS.search(named):
        return Agent.CRAWLER
    if _is_library(named):
        return Agent.LIBRARY
    if _CONTACT.search(whole) or _names("crawlers").stand_in(whole):
        return Agent.CRAWLER
    return Agent.LIBRARY if _ONE_PRODUCT.match(named) else Agent.PERSON


@cache
def _names(title: str) -> _Names:
    """The names of a section of the file."""
    text = Path(__file__).with_suffix(".txt").read_text("utf-8")
    return _Names(text.partition(f"\n[{title}]\n")[2].partition("\n\n")[0].splitlines())
