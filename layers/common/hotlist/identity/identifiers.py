"""Identifiers: normalised e-mail addresses and phone numbers, and their subjects.

A subject is one identifier, named `email:<uuid5>`, `phone:<uuid5>` or `visitor:<uuid5>`:
the partition of its events and, for e-mails and phones, the id of its lead.
"""

import hashlib
import re
import unicodedata
import uuid
from typing import Final

from hotlist.events import visible

EMAIL: Final = "email"
PHONE: Final = "phone"
VISITOR: Final = "visitor"

_NAMESPACE: Final = uuid.UUID("6f1f7c1e-5a0e-5b57-9d55-0f8f3c0f2a11").bytes


class BadIdentifier(ValueError):
    """An e-mail address or phone number that cannot be one; the message says why."""


def subject(kind: str, normalised: str) -> str:
    """The subject of an identifier whose value is already normalised.

    It has what `uuid.uuid5` gives (RFC 9562, 5.5), written out since that takes three times as
    long: each event has a subject or two.
    """
    said = hashlib.sha1(_NAMESPACE + f"{kind}:{normalised}".encode(), usedforsecurity=False)
    x = said.hexdigest()
    variant = "89ab"[int(x[16], 16) & 3]
    return f"{kind}:{x[:8]}-{x[8:12]}-5{x[13:16]}-{variant}{x[17:20]}-{x[20:32]}"


def kind_of(subject_id: str) -> str:
    """`email`, `phone` or `visitor`."""
    return subject_id.partition(":")[0]


# An ASCII address is checked by this pattern alone, which a test holds equal to
# email-validator: importing that library costs a third of a cold start.
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"
_LABEL: Final = r"(?!(?![Xx][Nn]--)..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"(?=.{{1,254}}\Z){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}(?<=[A-Za-z])\Z"
)
_LONGEST_NAME: Final = 64
"""Bytes before the @ (RFC 5321, 4.5.3.1.1): no mail service takes a letter to a longer one."""

_NOWHERE: Final = re.compile(r"(?:^|\.)(?:arpa|invalid|local|localhost|onion|test)\Z")


def normalise_email(text: str) -> str:
    """The address in lower case, without what shows nothing around it, its domain as ASCII.

    Whoever writes `Ada@Example.org` once and `ada@example.org` once is one person, though
    the part before the @ could be told apart in theory.

    :raises BadIdentifier: if it can be no address.
    """
    address = visible.trimmed(text)
    if not address.isascii() or "@xn--" in address.lower() or ".xn--" in address.lower():
        address = _ascii_domain(address)
        local, _, domain = address.rpartition("@")
        hidden = not local.isprintable() or any(map(visible.is_hidden, local))
        if hidden or any(c in '()<>[]:;,\\"@' for c in local):
            raise BadIdentifier("this is not an e-mail address")
        probe = "x" * max(1, len(local.encode())) + "@" + domain
    else:
        probe = address
    if "=?" in address:
        raise BadIdentifier("mail programs misread an address with =? in it: give another")
    is_long = probe.find("@") > _LONGEST_NAME
    if is_long or not _ADDRESS.match(probe) or _NOWHERE.search(probe.lower().rpartition("@")[2]):
        raise BadIdentifier("this is not an e-mail address")
    return address.lower()


def _ascii_domain(address: str) -> str:
    import idna  # noqa: PLC0415 - needed for few addresses, slow to import

    local, at, domain = unicodedata.normalize("NFC", address).rpartition("@")
    if not at or not local:
        raise BadIdentifier("this is not an e-mail address")
    try:
        encoded = idna.encode(domain, uts46=True).decode()
        idna.decode(encoded)
    except (idna.IDNAError, UnicodeError) as error:
        raise BadIdentifier("the domain of this e-mail address cannot be one") from error
    return f"{local}@{encoded}"


def normalise_phone(text: str, region: str) -> tuple[str, str | None]:
    """The first number of the text as E.164, and its country; see `phones.read`.

    :raises BadIdentifier: if it can be no number.
    """
    from hotlist.identity import phones  # noqa: PLC0415 - needed where there is a phone, slow to import

    found = phones.read(text, region)
    if found is None:
        raise BadIdentifier("this is not a phone number")
    return found.number, found.country
