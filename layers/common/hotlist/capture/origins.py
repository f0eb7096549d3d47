"""The origin of a page as browsers send it. Pure."""

import re
from typing import Final

_PORTS: Final = {"http": 80, "https": 443}
_ORIGIN: Final = r"(https?)://(\[[0-9a-f:.]+\]|[^\s:/?#@\[\]\\]+)(?::([0-9]{0,5}))?(/?)"
_HOST: Final = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*"


def normalise_origin(text: str) -> str:
    """`HTTPS://Www.Żółw.example:443/` → `https://www.xn--w-uga1v8h.example`.

    Lower case, without the port that goes without saying, a host outside ASCII as punycode.

    :raises ValueError: if it is no origin; the message says what to write.
    """
    said = text.strip()
    found = re.fullmatch(_ORIGIN, said.lower())
    if found is None:
        raise ValueError(f"{said!r} is no origin; {_instead(said.lower())}")
    scheme, host, port, _ = found.groups()
    if port and int(port) > 65_535:
        raise ValueError(f"{said!r} has a port that there is not; write one up to 65535")
    is_usual = not port or int(port) == _PORTS[scheme]
    return f"{scheme}://{_host(host, said)}" + ("" if is_usual else f":{int(port)}")


def listed(text: str) -> frozenset[str]:
    """The origins of a list with commas; blanks and what is empty between commas are left out."""
    return frozenset(normalise_origin(one) for one in text.split(",") if one.strip())


def _host(host: str, said: str) -> str:
    if host.startswith("["):
        import ipaddress  # noqa: PLC0415 - few hosts are numbers of IPv6

        try:
            address = ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise ValueError(f"{said!r} has an address that is none of IPv6") from None
        if address.ipv4_mapped:  # browsers write it without dots
            return f"[::ffff:{int(address) >> 16 & 0xFFFF:x}:{int(address) & 0xFFFF:x}]"
        return f"[{address}]"
    if not host.isascii():
        import idna  # noqa: PLC0415 - few hosts need it, slow to import

        try:
            host = idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            raise ValueError(f"{said!r} has a host that can be none") from None
    if not re.fullmatch(_HOST, host):
        raise ValueError(f"{said!r} has a host that can be none; name each host in full")
    return host


def _instead(said: str) -> str:
    if "*" in said:
        return "name each origin in full, without *"
    scheme, mark, rest = said.rpartition("://")
    host = re.split(r"[/?#\\\s\"';,]", rest.lstrip("/"))[0].rpartition("@")[2]
    if not re.fullmatch(r"[^:]*:[0-9]{1,5}", host):
        host = host.partition(":")[0]
    if "." not in host or any(sign in host for sign in " []@"):
        host = "www.example.com"
    if mark and scheme in _PORTS:
        return f"an origin has no path, query or user; write {scheme}://{host}"
    return f"write https://{host}"
