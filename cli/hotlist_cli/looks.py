"""`python -m hotlist_cli.looks`: write the mails' templates, with their styles inlined.

Many mail programs drop stylesheets, so each rule of mail/looks/style.css is written into the style
attributes of the elements that it fits. css-inline does that, at the version that
requirements/dev.txt pins; a test holds the written templates equal to it. Only the written ones
are in the layer.
"""

import re
import sys
from pathlib import Path
from typing import Final

import css_inline

from hotlist.mail import formats

TEMPLATES: Final = Path(formats.__file__).parent / "templates"
LOOKS: Final = TEMPLATES.with_name("looks")

_HEADER: Final = "{{# Written by `make looks` from mail/looks/{name}. #}}\n"
_JINJA: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}\n?", re.DOTALL)
_HELD: Final = re.compile(r"<!--jinja(\d+)-->|jinja(\d+)end")
_BETWEEN_TAGS: Final = re.compile(r">\s*\n\s*<")
_WHOLE: Final = "<!doctype html>"
_PART: Final = re.compile(r"<[a-z]\w*|jinja\d+end|<!--jinja\d+-->")
_RULES: Final = re.compile(r"<style>(@media.*?)</style>", re.DOTALL)
_BODY: Final = re.compile(r"<body>(.*)</body>", re.DOTALL)


class Lost(ValueError):
    """The inliner has lost or moved a part of a template; the message says which."""


def main() -> int:
    for source in sorted(LOOKS.glob("*.html")):
        (TEMPLATES / source.name).write_text(inlined(source), "utf-8")
    return 0


def inlined(source: Path) -> str:
    """A template of `looks`, as the layer has it."""
    style = (LOOKS / "style.css").read_text("utf-8")
    held = _Held()
    html = held.put_aside(source.read_text("utf-8"))
    written = _document(html, style) if html.lstrip().startswith(_WHOLE) else _part(html, style)
    before, after = _order(html), _order(written)
    if before != after:
        changed = next((one for one, other in zip(before, after, strict=False) if one != other), "")
        raise Lost(
            f"inlining has lost or moved {held.put_back(changed) or 'the end'} of {source.name}: "
            "write statements between elements, and rows and their texts within cells of a table"
        )
    return _HEADER.format(name=source.name) + held.put_back(_BETWEEN_TAGS.sub("><", written))


def _order(html: str) -> list[str]:
    """The elements' beginnings and the held parts, one after the other.

    Rows get a tbody, and rules of media a style: these do not count.
    """
    found = (one[0] for one in _PART.finditer(html))
    return [one for one in found if one not in {"<tbody", "<style"}]


def _document(html: str, style: str) -> str:
    """A whole document: rules of media stand in its head."""
    inliner = css_inline.CSSInliner(keep_at_rules=True, minify_css=True, extra_css=style)
    return _styled_last(inliner.inline(html).replace("<!DOCTYPE html>", f"{_WHOLE}\n", 1))


def _part(html: str, style: str) -> str:
    inliner = css_inline.CSSInliner(minify_css=True, extra_css=style)
    found = _BODY.search(inliner.inline(f"{_WHOLE}<html><body>{html}</body></html>"))
    if found is None:
        raise Lost("a template has no <body> after inlining; mend the template")
    return found[1].strip() + "\n"


def _styled_last(html: str) -> str:
    """With the rules of media at the end of the head, without their line breaks and blanks.

    The inliner puts them first, but browsers look for the charset in the first 1,024 bytes.
    """
    found = _RULES.search(html)
    if found is None:
        raise Lost("the rules of media are not in the head; mend style.css")
    rules = re.sub(r"\s*([{}:;,])\s*", r"\1", found[1]).replace(" !important", "!important").strip()
    without = html.replace(found[0], "", 1)
    return without.replace("</head>", f"<style>{rules}</style></head>", 1)


class _Held:
    """The parts of a template that are Jinja's, while the rest is HTML.

    A statement is held as a comment, which may stand between the rows of a table. A value is held
    as a word, which may stand in an attribute.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []

    def put_aside(self, template: str) -> str:
        return _JINJA.sub(self._hold, template)

    def _hold(self, found: re.Match[str]) -> str:
        if found[0].startswith("{#"):
            return ""
        self._parts.append(found[0])
        number = len(self._parts) - 1
        is_value = found[0].startswith("{{")
        return f"jinja{number}end" if is_value else f"<!--jinja{number}-->"

    def put_back(self, html: str) -> str:
        """The template again."""
        return _HELD.sub(lambda found: self._parts[int(found[1] or found[2])], html)


if __name__ == "__main__":
    sys.exit(main())
