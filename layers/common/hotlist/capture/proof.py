"""What proves a consent: what was read, in which form, when, and from which network. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from hotlist.capture.context import Received
from hotlist.events.times import to_text


def of(
    form: Mapping[str, Any], purposes: Iterable[str], received: Received, language: str | None
) -> dict[str, dict[str, str]]:
    """The proof by purpose. A text in several languages is kept in that of the page.

    If the form does not have it in that language, it is kept in the form's first one. None of
    this is part of what tells one submission from another.
    """
    found = {}
    for purpose in purposes:
        consent = form["consents"][purpose]
        texts = texts_of(consent)
        shown = language if language and language in texts else next(iter(texts), "")
        one = {
            "version": consent["version"],
            "text": texts.get(shown, ""),
            "language": shown,
            "at": to_text(received.at),
            "form_version": form.get("form_version", ""),
            "ip": received.network,
        }
        found[purpose] = {name: value for name, value in one.items() if value}
    return found


def texts_of(consent: Mapping[str, Any]) -> Mapping[str, str]:
    """The texts of a consent by language; "" stands for the one language of a form."""
    text = consent["text"]
    return text if isinstance(text, Mapping) else {"": text}
