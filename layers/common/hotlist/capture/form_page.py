"""The pages that answer a plain form: the form again with its errors, thanks, a refusal. Pure.

A page shows what was typed into fields that the form declares, and nothing else that was sent. The
template escapes all of it. The form has no `action`: it goes to the address that the page has.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hotlist.capture import answers, faults, field_types, languages
from hotlist.capture.context import MAX_CONTEXT, MAX_KEY, NAMES, one, plain_text
from hotlist.capture.form_texts import DEFAULT, TEXTS, Texts

MAX_URL: Final = 4_096
_KEYS: Final = ("event_id", "visitor_id")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


_PAGES: Final = frozenset(name for name in TEXTS[DEFAULT] if name.startswith("page_"))
_NO_TEXTS: Final[Texts] = {}


class Visitor(NamedTuple):
    """Who is answered: the languages that they read, the best first, and a page to go back to.

    `more` are the texts of the configuration, by language.
    """

    languages: tuple[str, ...]
    back: str = ""
    more: Texts = _NO_TEXTS

    @property
    def frame(self) -> str:
        """The language of what stands around the form: one that has all texts of pages."""
        known = (one for one in self.languages if {*self._texts(one)} >= _PAGES)
        return next(known, DEFAULT)

    @property
    def words(self) -> Mapping[str, str]:
        """What the pages say, by name, in the language of the frame."""
        return self._texts(self.frame)

    def of(self, texts: object) -> str:
        """A text, or that of several by language which they read best; "" if there is none."""
        if isinstance(texts, Mapping):
            return languages.best(texts, self.languages)
        return texts if isinstance(texts, str) else ""

    def _texts(self, language: str) -> Mapping[str, str]:
        return {**TEXTS.get(language, {}), **self.more.get(language, {})}


def visitor(
    headers: Mapping[str, str], raw: Mapping[str, Any], form: Mapping[str, Any] | None = None
) -> Visitor:
    """Whom a request is from; `raw` has the fields that it sent."""
    wanted = languages.wanted(one(raw, "language"), headers.get("accept-language", ""))
    return Visitor(wanted, _back(headers), form.get("messages", {}) if form else {})


def _back(headers: Mapping[str, str]) -> str:
    """Where the visitor came from, as far as the browser says so; or nothing."""
    for name in ("referer", "origin"):
        url = plain_text(headers.get(name), MAX_URL)
        if url.lower().startswith(("https://", "http://")):
            return url
    return ""


class _Input(NamedTuple):
    type: str = "text"
    mode: str = ""
    fill: str = ""


_INPUTS: Final[Mapping[str, _Input]] = {
    "email": _Input("email", fill="email"),
    "phone": _Input("tel", fill="tel"),
    "url": _Input("url", fill="url"),
    "integer": _Input(mode="numeric"),
    "decimal": _Input(mode="decimal"),
}
"""By the type of a field. An input such as `number` would not show what was typed wrongly."""

_SENT_TO: Final = {"none": "'none'", "http": "'self' https: http:", "https": "'self' https:"}
"""Where the form of a page may go, by the scheme of the page that it leads to."""

_REFUSED: Final = {403: "page_other_site", 404: "page_unknown", 413: "page_too_long"}
"""The texts of pages by status."""

_FILLED: Final[Mapping[str, str]] = {
    "name": "name",
    "first_name": "given-name",
    "last_name": "family-name",
    "company": "organization",
}
"""What a browser may fill in, by the name of a field."""


def policy(form: Mapping[str, Any] | None = None) -> str:
    """The Content-Security-Policy of a page: its own style, and its form to where it came from.

    A browser holds the rule for forms against redirects too, to whatever page they lead in the
    end. So a form that leads to a page of the site may lead to any page.
    """
    pages = [*form.get("redirect_urls", {}).values(), form.get("redirect_url", "")] if form else []
    schemes = {page.partition(":")[0] for page in pages} if form else {"none"}
    to = next((_SENT_TO[one] for one in _SENT_TO if one in schemes), "'self'")
    return (
        f"default-src 'none'; style-src 'sha256-{style()[1]}'; "
        f"form-action {to}; base-uri 'none'; frame-ancestors 'none'"
    )


def thanks(form: Mapping[str, Any], who: Visitor, gift: str = "", later: str = "") -> str:
    """The answer to a form that names no page to go to: its own words, or ours.

    `gift` is where the form's reward is given at once, `later` says why it is not.
    """
    text = who.of(form.get("thanks")) or who.words["page_thanks"]
    lines = [one for one in map(str.strip, text.splitlines()) if one]
    language = getattr(text, "language", "")
    paragraphs = [languages.spoken(one, language) if language else one for one in lines]
    paragraphs += [later] if later else []
    named = (gift, who.of(form["reward"]["title"])) if gift else ()
    return _page(who, "page_thanks_title", paragraphs=paragraphs, gift=named)


def refused(status: int, reason: str, who: Visitor) -> str:
    """Why a form cannot be taken: for the visitor, and for whoever made the page."""
    told = who.words[_REFUSED.get(status, "page_damaged")]
    if status == 403:
        who = who._replace(back="")  # no link to a page that may not post here
    return _page(who, "page_refused_title", paragraphs=[told], reason=reason)


def not_open(why: str, who: Visitor) -> str:
    """That a form is not open at this time."""
    return _page(who, "page_closed_title", paragraphs=[why])


def again(
    form: Mapping[str, Any], raw: Mapping[str, Any], errors: Mapping[str, str], who: Visitor
) -> str:
    """The form with what was typed, and what is wrong. Without errors, it was not stored.

    A box cannot show what was sent as neither yes nor no. So it says that this could not be read.
    """
    unread = [*_unread(form, raw)]
    said = faults.in_language(faults.fault("unread"), who.languages, who.more) if unread else ""
    notes = {**dict.fromkeys(unread, said), **errors}
    fields = [*_fields(form, raw, notes, who)]
    labels = {field["name"]: field["label"] for field in fields}
    places = {field["name"] for field in fields if field["shape"] != "hidden"}
    listed = [
        {
            "at": name if name in places else "",
            "label": labels.get(name) or who.words.get(f"page_{name}") or name,
            "why": notes[name],
        }
        for name in dict.fromkeys((*labels, *notes) if errors else ())
        if name in notes
    ]
    kind = "again" if errors else "later"
    return _page(
        who,
        f"page_{kind}_title",
        form=True,
        lead=who.words[f"page_{kind}"],
        faults=listed,
        unseen=[*_unseen(form, raw)],
        fields=fields,
    )


def _fields(
    form: Mapping[str, Any], raw: Mapping[str, Any], errors: Mapping[str, str], who: Visitor
) -> Iterator[dict[str, Any]]:
    for name, spec in form["fields"].items():
        typed = answers.combined(spec["type"], raw.get(name))
        options = [*_options(spec.get("options"), who)]
        chosen, others = field_types.chosen(spec, typed) if options else ((), ())
        yield {
            **_labelled(name, _label(name, spec, who), errors, who.of(spec.get("help"))),
            **_shape(name, spec, typed, bool(options)),
            "required": spec.get("required", False) is True,
            "options": options,
            "chosen": chosen,
            "others": [shown(one) for one in others],
            "value": shown(typed),
        }
    given, _ = answers.consents(form, raw)
    for purpose, consent in form.get("consents", {}).items():
        yield {
            **_labelled(f"consent_{purpose}", who.of(consent["text"]), errors, ""),
            "shape": "box",
            "required": False,
            "checked": purpose in given,
            "said_no": False,
        }


def _labelled(name: str, label: str, errors: Mapping[str, str], help_: str) -> dict[str, Any]:
    why = errors.get(name, "")
    described = " ".join(f"{part}-{name}" for part, text in (("h", help_), ("e", why)) if text)
    return {"name": name, "label": label, "help": help_, "why": why, "described": described}


def _unread(form: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[str]:
    """The names of boxes for which something was sent that is no yes and no no."""
    for name, spec in form["fields"].items():
        if spec["type"] == "boolean":
            typed = answers.combined("boolean", raw.get(name))
            if typed is not None and _is_yes(name, spec, typed) is None:
                yield name
    _, unread = answers.consents(form, raw)
    yield from (f"consent_{one}" for one in form.get("consents", {}) if f"consent_{one}" in unread)


def _is_yes(name: str, spec: Mapping[str, Any], typed: Any) -> bool | None:
    return answers.is_yes(typed, [name, name.replace("_", " "), *answers.texts(spec.get("label"))])


def _shape(name: str, spec: Mapping[str, Any], typed: Any, has_options: bool) -> dict[str, Any]:
    kind = spec["type"]
    if kind == "boolean":
        said = None if typed is None else _is_yes(name, spec, typed)
        return {"shape": "box", "checked": said is True, "said_no": said is False}
    if kind in ("hidden", "message"):
        return {"shape": "hidden" if kind == "hidden" else "textarea"}
    if has_options:
        return {"shape": "select" if kind == "choice" else "boxes"}
    return {"shape": "input", "input": _INPUTS.get(kind) or _Input(fill=_FILLED.get(name, ""))}


def _unseen(form: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What goes with a form unseen, and goes with it again; but an old clock would be wrong."""
    for name in (*_KEYS, *NAMES):
        if value := one(raw, name, MAX_KEY if name in _KEYS else MAX_CONTEXT):
            yield name, _CONTROLS.sub("", value)
    trap = form.get("honeypot")
    if trap and answers.is_written(raw.get(trap)):
        yield trap, "x"


def _options(options: Any, who: Visitor) -> Iterator[tuple[str, str]]:
    """The values of a choice, and how the page calls them."""
    for value in options or ():
        named = who.of(options[value]) if isinstance(options, Mapping) else ""
        yield str(value), named or str(value)


def _label(name: str, spec: Mapping[str, Any], who: Visitor) -> str:
    own = who.of(spec.get("label")) or who.words.get(f"label_{name}")
    return own or name.replace("_", " ").capitalize()


def shown(value: Any) -> str:
    """What was typed, without what HTML cannot hold."""
    return _CONTROLS.sub(" ", answers.as_text(value))


def _page(who: Visitor, title: str, **parts: Any) -> str:
    empty: dict[str, Any] = {
        "form": False,
        "faults": (),
        "paragraphs": (),
        "reason": "",
        "gift": (),
    }
    template = templates().get_template("form.html")
    said = {name.removeprefix("page_"): who.words[name] for name in _PAGES}
    return template.render(
        {**empty, **parts},
        title=who.words[title],
        language=who.frame,
        said=said,
        back=who.back,
        style=style()[0],
    ).lstrip()


@cache
def templates() -> Environment:
    """The templates of all pages, which escape what they are given."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def style() -> tuple[str, str]:
    """The style of the pages, and its hash for their policy."""
    css = templates().get_template("form.css").render()
    return css, base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
