"""Classes of e-mail domains. A domain includes its subdomains."""

from collections.abc import Mapping, Sequence
from typing import Final

_CLASSES: Final = {
    **dict.fromkeys(
        (
            "gmail.com outlook.com hotmail.com yahoo.com icloud.com gmx.de web.de proton.me "
            "wp.pl onet.pl o2.pl interia.pl"
        ).split(),
        "freemail",
    ),
    **dict.fromkeys("edu edu.pl ac.uk".split(), "education"),
    **dict.fromkeys("mailinator.com yopmail.com guerrillamail.com".split(), "disposable"),
}


def email_class(domain: str, extra: Mapping[str, Sequence[str]]) -> str:
    """`disposable`, `freemail`, `education`, else `business`."""
    name = domain.lower().removesuffix(".")
    while name:
        if name in _CLASSES:
            return _CLASSES[name]
        name = name.partition(".")[2]
    return "business"
