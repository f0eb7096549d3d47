"""The mails' templates are those of `looks` with their styles inlined, and lose nothing by it."""

import re
from pathlib import Path

import pytest

from hotlist.mail.layout import template
from hotlist_cli import looks

SOURCES = sorted(looks.LOOKS.glob("*.html"))
by_name = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


@by_name
def test_a_template_is_what_is_made_of_its_source(source: Path) -> None:
    written = (looks.TEMPLATES / source.name).read_text("utf-8")
    assert written == looks.inlined(source), "run `make looks`"


def test_each_written_template_has_a_source() -> None:
    assert {path.name for path in looks.TEMPLATES.glob("*.html")} == {one.name for one in SOURCES}


@by_name
def test_a_template_has_each_statement_of_its_source_in_order(source: Path) -> None:
    parts = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
    written = (looks.TEMPLATES / source.name).read_text("utf-8")
    assert parts.findall(written) == parts.findall(source.read_text("utf-8"))


@by_name
def test_what_is_put_into_html_is_escaped(source: Path) -> None:
    environment = template(source.name).environment
    assert callable(environment.autoescape)
    assert environment.autoescape(source.name)
    safe = re.findall(r"\{\{[^}]*\|\s*safe[^}]*\}\}", source.read_text("utf-8"))
    assert safe == (["{{ card.html|safe }}"] if source.name == "parts.html" else [])


def test_the_rules_of_media_stand_in_the_head_behind_the_charset() -> None:
    written = (looks.TEMPLATES / "base.html").read_text("utf-8")
    head = written.partition("</head>")[0]
    assert "@media (prefers-color-scheme:dark){" in head
    assert "@media (max-width:480px){" in head
    assert written.index('charset="utf-8"') < 300
    assert "<style" not in written.partition("</head>")[2]


def look(folder: Path, monkeypatch: pytest.MonkeyPatch, html: str, style: str = "") -> str:
    monkeypatch.setattr(looks, "LOOKS", folder)
    (folder / "style.css").write_text(style or "p { color: red }\n@media print { p { top: 0 } }")
    (folder / "one.html").write_text(html)
    return looks.inlined(folder / "one.html").partition("\n")[2]


def test_styles_are_written_into_the_elements_that_they_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = look(
        tmp_path, monkeypatch, '<p title="{{ a }}">{% if b %}\n{{ c|d("<&>") }}{% endif %}</p>'
    )
    assert (
        made == '<p title="{{ a }}" style="color:red">{% if b %}\n{{ c|d("<&>") }}{% endif %}</p>\n'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<table>{{ row }}</table>",  # text has no place there: it would move before the table
        "{% for a in b %}<tr><td>{{ a }}</td></tr>{% endfor %}",
        "<p {% if a %}class='b'{% endif %}>c</p>",
        "<script>{% if a %}b{% endif %}</script><table>{{ c }}<tr></tr></table>",
    ],
)
def test_a_template_that_inlining_would_change_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, html: str
) -> None:
    with pytest.raises(looks.Lost, match="inlining has"):
        look(tmp_path, monkeypatch, html)
