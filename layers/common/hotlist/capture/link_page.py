"""The pages of links in mails: what is asked, what was done, and why a link does not work. Pure.

A page looks like that of a form and has its policy. It shows what the configuration says, and of
the request nothing. `is_test` says that the link is from a test mail.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from hotlist.capture import form_page, languages
from hotlist.capture.form_page import Visitor
from hotlist.capture.link_texts import LINK_TEXTS

_DEFAULT: Final = "en"

TO_ANY_PAGE: Final[Mapping[str, Any]] = {"redirect_url": "http:"}
"""A form whose policy lets a page lead to any other, as a reward's does after its button."""

CONFIRM: Final = "confirm"
SOME, ALL, OBJECT = "some", "all", "object"
CLAIM: Final = "claim"
STOP, RESUME = "stop", "resume"
"""What the buttons of the pages do: the values of their field `do`."""


_SAME: Final = {"expired_download": "expired_reward"}
"""What is told in the words of another. A link of a form's own page comes in no mail."""


PICTURE: Final = base64.b64encode(
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
).decode()
"""What a mail loads when it is opened: a picture of one clear point."""


class Choice(NamedTuple):
    """A purpose that can be ended, and how its form asks for it."""

    purpose: str
    text: str


def reader(headers: Mapping[str, str], language: str, form: Mapping[str, Any] | None) -> Visitor:
    """Who reads a page: `language` is that of the mail, or "" if it is not known."""
    return form_page.visitor(headers, {"language": language}, form)


def confirm(text: str, asked: str, who: Visitor, *, is_test: bool = False) -> str:
    """Asks whether a consent is confirmed. `text` is what it is about."""
    words = _words(who)
    return _page(
        who,
        words["confirm_title"],
        paragraphs=[words["confirm"]],
        quoted=[text],
        buttons=[_button(CONFIRM, words["confirm_button"])],
        note=words["confirm_else"],
        asked=asked,
        is_test=is_test,
    )


def confirmed(text: str, who: Visitor, *, is_test: bool = False) -> str:
    words = _words(who)
    title, said = words["confirmed_title"], words["confirmed"]
    return _page(who, title, paragraphs=[said], quoted=[text], is_test=is_test)


def unsubscribe(
    choices: Sequence[Choice],
    asked: str,
    who: Visitor,
    *,
    is_empty: bool = False,
    is_test: bool = False,
) -> str:
    """Asks what is to end. `is_empty` says that a button was pressed and nothing ticked."""
    words = _words(who)
    some = [_button(SOME, words["unsubscribe_some"])] if choices else []
    return _page(
        who,
        words["unsubscribe_title"],
        fault=words["unsubscribe_nothing"] if is_empty else "",
        paragraphs=[words["unsubscribe"]],
        boxes=choices,
        legend=words["unsubscribe_boxes"],
        buttons=[
            *some,
            _button(ALL, words["unsubscribe_all"]),
            _button(OBJECT, words["object_button"], words["object"]),
        ],
        asked=asked,
        is_test=is_test,
    )


def ended(did: str, texts: Sequence[str], who: Visitor, *, is_test: bool = False) -> str:
    """Says what has ended; `texts` are those of the consents that were ticked."""
    words = _words(who)
    said = [words["ended_all"]] if did == ALL else []
    said += [words["objected"]] if did == OBJECT else []
    said += [words["ended_some"]] if texts else []
    return _page(
        who,
        words["ended_title"],
        paragraphs=said,
        quoted=texts,
        onward=words["more"],
        is_test=is_test,
    )


def reward(title: str, asked: str, who: Visitor, *, is_test: bool = False) -> str:
    """Has the button that gives what was promised."""
    words = _words(who)
    return _page(
        who,
        words["reward_title"],
        paragraphs=[words["reward"]],
        quoted=[title],
        buttons=[_button(CLAIM, words["reward_button"])],
        asked=asked,
        is_test=is_test,
    )


def digest(name: str, asked: str, who: Visitor) -> str:
    """Asks whether somebody's digest is to stop. It has the way back too: a GET reads nothing."""
    words = _words(who)
    return _page(
        who,
        words["digest_title"],
        paragraphs=[words["digest"]],
        quoted=[name],
        buttons=[
            _button(STOP, words["digest_stop"]),
            _button(RESUME, words["digest_resume"], words["digest_back"]),
        ],
        note=words["digest_else"],
        asked=asked,
    )


def digest_is(did: str, name: str, asked: str, who: Visitor) -> str:
    """Says that somebody's digest is stopped (`STOP`) or sent again, with the button to undo it."""
    words = _words(who)
    is_off = did == STOP
    undo = _button(RESUME, words["digest_resume"]) if is_off else None
    return _page(
        who,
        words["ended_title"],
        paragraphs=[words["digest_stopped" if is_off else "digest_resumed"]],
        quoted=[name],
        buttons=[undo or _button(STOP, words["digest_stop"])],
        asked=asked,
    )


def gift_later(who: Visitor) -> str:
    """That a reward cannot be shown now, on a page that may be in another language."""
    language = _language(who)
    return languages.spoken(LINK_TEXTS[language]["gift_later"], language)


def told(what: str, who: Visitor) -> str:
    """Why a link leads nowhere (`bad`, `missing`, `later`, `gone…`, `expired…`); what to do."""
    words = _words(who)
    kind = what.partition("_")[0]
    title = words["expired_title" if kind == "gone" else f"{kind}_title"]
    return _page(who, title, paragraphs=[_why(what, words)])


def reason(what: str) -> str:
    """The same for a program, in English."""
    return _why(what, LINK_TEXTS[_DEFAULT])


def _why(what: str, words: Mapping[str, str]) -> str:
    what = _SAME.get(what, what)
    return words[what] if what in words else words[what.partition("_")[0]]


def _words(who: Visitor) -> Mapping[str, str]:
    return LINK_TEXTS[_language(who)]


def _language(who: Visitor) -> str:
    known = {one: one for one in (_DEFAULT, *LINK_TEXTS)}
    return languages.best(known, who.languages)


def _button(do: str, label: str, text: str = "") -> dict[str, str]:
    return {"do": do, "label": label, "text": text}


def _page(who: Visitor, title: str, *, is_test: bool = False, **parts: Any) -> str:
    empty: dict[str, Any] = {
        "test": _words(who)["test"] if is_test else "",
        "legend": "",
        "fault": "",
        "paragraphs": (),
        "quoted": (),
        "boxes": (),
        "buttons": (),
        "asked": "",
        "note": "",
        "onward": "",
    }
    template = form_page.templates().get_template("link.html")
    return template.render(
        {**empty, **parts}, title=title, language=_language(who), style=form_page.style()[0]
    ).lstrip()
