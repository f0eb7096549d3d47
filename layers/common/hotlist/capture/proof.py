"""What proves a consent: what was read, in which form, when, and from which network. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from hotlist.capture.context import Received
from hotlist.events.times import to_text


def of(
    form: Mapping[str, Any], purposes: Iterable[str], received: Received, said: str
) -> dict[str, dict[str, str]]:
    """The proof by purpose. `said` is the language of the page, as the page says.

    A text in several languages is kept in the one that the visitor reads best: a page that we show
    has it in that one. None of this is part of what tells one submission from another.
    """
    found = {}
    for purpose in purposes:
        consent = form["consents"][purpose]
        texts = texts_of(consent)
        shown = _shown(texts, received, said) if len(texts) > 1 else next(iter(texts), "")
        one = {
            "version": consent["version"],
            "text": texts.get(shown, ""),
            "language": shown,
            "at": to_text(received.at),
            "form_version": form.get("form_version", ""),
            "ip": network_of(received.address),
        }
        found[purpose] = {name: value for name, value in one.items() if value}
    return found


def _shown(texts: Mapping[str, str], received: Received, said: str) -> str:
    from hotlist.capture import languages  # noqa: PLC0415 - for texts in several languages

    wanted = languages.wanted(said, received.accept_language)
    return str(languages.best({language: language for language in texts}, wanted))


def network_of(address: str) -> str:
    """The network of an IP address: 24 bits of IPv4, 48 bits of IPv6; "" if it is no address.

    The whole address is stored nowhere and logged nowhere.
    """
    if ":" not in address:
        start = address.rpartition(".")[0]
        return f"{start}.0/24" if start.count(".") == 2 else ""
    from ipaddress import IPv6Address, ip_network  # noqa: PLC0415 - few requests come by IPv6

    try:
        found = IPv6Address(address.partition("%")[0])
    except ValueError:
        return ""
    if found.ipv4_mapped:
        return network_of(str(found.ipv4_mapped))
    return str(ip_network((int(found), 48), strict=False))


def texts_of(consent: Mapping[str, Any]) -> Mapping[str, str]:
    """The texts of a consent by language; "" stands for the one language of a form."""
    text = consent["text"]
    return text if isinstance(text, Mapping) else {"": text}
