"""The forms that the pages show are those of the files that they show."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest

from hotlist.config.forms_schema import compile_forms

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")
CONFIGURATION: Final = (ROOT / "docs" / "configuration.md").read_text("utf-8")
LANDING: Final = (ROOT / "web" / "landing" / "index.html").read_text("utf-8")
SHIPPED: Final = (ROOT / "tests" / "config" / "forms.yaml").read_text("utf-8")


class _Forms(HTMLParser):
    """The names of what each form sends, by the name of the form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, set[str]] = {}
        self._last = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._last = (said["action"] or "").rpartition("/forms/")[2]
            self.found[self._last] = set()
        elif tag in ("input", "select", "textarea"):
            self.found[self._last].add(said["name"] or "")


def sample(page: str) -> dict[str, Any]:
    """The one sample of forms.yaml in a page of documentation."""
    (text,) = re.findall(r"^```yaml\n(contact:.*?)^```", page, re.MULTILINE | re.DOTALL)
    return compile_forms(text)


@pytest.mark.parametrize(
    ("page", "files"),
    [
        (README, [sample(README), compile_forms(SHIPPED)]),
        (LANDING, [compile_forms(SHIPPED)]),
    ],
    ids=["README", "landing page"],
)
def test_a_form_that_is_shown_sends_what_its_file_declares(
    page: str, files: list[dict[str, Any]]
) -> None:
    shown = _Forms(page).found
    assert shown
    for file in files:
        for name, sent in shown.items():
            form = file[name]
            consents = {f"consent_{purpose}" for purpose in form["consents"]}
            assert sent <= {*form["fields"], form["honeypot"]} | consents, name
            assert {key for key, one in form["fields"].items() if one["required"]} <= sent, name
            assert form["honeypot"] in sent, name


def test_the_sample_of_the_reference_is_one() -> None:
    assert set(sample(CONFIGURATION)) == {"contact"}
