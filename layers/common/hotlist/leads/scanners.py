"""Whether a link was followed before anybody read its mail: by a scanner or a proxy. Pure.

Only what a GET records is asked about. Nobody posts unasked.
"""

import re
from collections.abc import Mapping
from typing import Final

from hotlist.leads.bots import Agent, agent_of

RECORDED: Final = frozenset({"email_opened", "email_clicked", "file_downloaded"})
"""The types of events that a GET of a link records."""

_SCANNERS: Final = re.compile(
    r"barracuda|proofpoint|mimecast|messagelabs|symantec|ironport|cisco[ -](?:secure|esa)|fireeye"
    r"|trellix|forcepoint|websense|zscaler|fortinet|fortimail|sophos|trend ?micro|mcafee|kaspersky"
    r"|bitdefender|avanan|check ?point|vade ?secure|hornetsecurity|spamtitan|mailguard"
    r"|abnormal ?security|safe ?links|urldefense|existence discovery|yahoocachesystem"
)
"""What scanners of mails call themselves, in lower case, and what looks whether a link is there.
Most scanners call themselves a browser. Those are told by HEAD and by their headers, or not at all.
A proxy that loads pictures when a mail is opened (GoogleImageProxy, YahooMailProxy) stands for a
person."""

_BARE: Final = frozenset({"", "mozilla/5.0", "mozilla/4.0"})
"""What Apple's privacy proxy and plain scanners send. A browser says more of itself."""

_GMAIL_AHEAD: Final = "edge/12.246 mozilla/5.0"
"""The end of the agent by which Gmail loads pictures before a mail is opened."""

_HEADERS: Final = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_AHEAD: Final = re.compile(r"prefetch|prerender|preview")


def is_ahead(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request says that nobody sees what it asks for. Names of headers are lower case."""
    if method == "HEAD":
        return True
    return any(_AHEAD.search(headers.get(name, "").lower()) for name in _HEADERS)


def is_named(user_agent: str) -> bool:
    """Whether an agent calls itself a scanner of mails.

    Office programs look whether a link is there. Outlook, which shows mails, says what it is.
    """
    agent = user_agent.lower()
    is_office = "ms-office" in agent and "microsoft outlook" not in agent
    return is_office or _SCANNERS.search(agent) is not None


def is_scanner(user_agent: str) -> bool:
    """Whether this agent follows links of mails by itself: a scanner, a proxy, any bot."""
    agent = user_agent.strip().lower()
    if agent in _BARE or agent.endswith(_GMAIL_AHEAD) or is_named(agent):
        return True
    return agent_of(user_agent) is not Agent.PERSON
