"""The forms that the pages show are those of the files that they show."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest

from hotlist.capture.form_texts import TEXTS
from hotlist.config.field_schema import TYPES, FieldSpec
from hotlist.config.forms_schema import Form, compile_forms
from hotlist.config.mail_to_leads_schema import (
    InvitationSpec,
    MailWords,
    OrganizerSpec,
    ReceiptSpec,
    RewardSpec,
)
from hotlist.config.messages_schema import compile_messages
from hotlist.config.owners_schema import MemberEntry, OwnerEntry, TeamEntry
from hotlist.config.recipient_schema import (
    AbsenceEntry,
    CompanyEntry,
    HolidaysEntry,
    QuietHoursEntry,
    RecipientEntry,
)
from hotlist.config.sales_schema import CapsEntry, SalesFile, compile_sales

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")
PAGE: Final = (ROOT / "docs" / "forms.md").read_text("utf-8")
LANDING: Final = (ROOT / "web" / "landing" / "index.html").read_text("utf-8")
POLISH: Final = (ROOT / "web" / "landing" / "pl" / "index.html").read_text("utf-8")
SHIPPED: Final = (ROOT / "tests" / "config" / "forms.yaml").read_text("utf-8")
DEPLOYED: Final = (ROOT / "tests" / "e2e" / "config" / "forms.yaml").read_text("utf-8")


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
        (LANDING, [compile_forms(SHIPPED), compile_forms(DEPLOYED)]),
        (POLISH, [compile_forms(SHIPPED), compile_forms(DEPLOYED)]),
    ],
    ids=["README", "landing page", "Polish landing page"],
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
            assert sent <= {*form["fields"], form["honeypot"], "language"} | consents, name
            assert {key for key, one in form["fields"].items() if one["required"]} <= sent, name
            assert form["honeypot"] in sent, name


def test_the_sample_of_the_reference_is_one() -> None:
    assert set(sample(PAGE)) == {"contact"}


RECIPIENTS: Final = (ROOT / "docs" / "sales.md").read_text("utf-8")


def table(page: str, head: str) -> list[list[str]]:
    """The rows of a table, by the first cell of its head."""
    rows = page.partition(f"| {head} |")[2].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows]


def named(page: str, head: str) -> set[str]:
    return {name for row in table(page, head) for name in re.findall(r"`([a-z_]+)`", row[0])}


@pytest.mark.parametrize(
    ("page", "head", "model"),
    [
        (PAGE, "keyword of a form", Form),
        (PAGE, "keyword of a field", FieldSpec),
        (PAGE, "keyword of a receipt", ReceiptSpec),
        (PAGE, "keyword of a mail", MailWords),
        (PAGE, "keyword of a reward", RewardSpec),
        (PAGE, "keyword of an invitation", InvitationSpec),
        (PAGE, "keyword of an organizer", OrganizerSpec),
        (RECIPIENTS, "keyword", SalesFile),
        (RECIPIENTS, "keyword of a recipient", RecipientEntry),
        (RECIPIENTS, "keyword of the company", CompanyEntry),
        (RECIPIENTS, "keyword of holidays", HolidaysEntry),
        (RECIPIENTS, "keyword of quiet hours", QuietHoursEntry),
        (RECIPIENTS, "keyword of an absence", AbsenceEntry),
        (RECIPIENTS, "keyword of caps", CapsEntry),
        (RECIPIENTS, "keyword of a team", TeamEntry),
        (RECIPIENTS, "keyword of a member", MemberEntry),
        (RECIPIENTS, "keyword of an owner rule", OwnerEntry),
    ],
)
def test_every_keyword_is_documented_and_no_other(page: str, head: str, model: Any) -> None:
    assert named(page, head) == {one.alias or name for name, one in model.model_fields.items()}


def test_every_type_and_every_error_is_documented() -> None:
    assert named(PAGE, "type") == TYPES
    heads = ("name", "text of a page", "name of a field")
    told = {row[0].strip("`"): row[1] for head in heads for row in table(PAGE, head)}
    assert told == TEXTS["en"]


def test_every_example_of_the_page_is_good() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        if block.startswith("# config/messages/"):
            assert compile_messages(block, block.splitlines()[0].removeprefix("# "))
        else:
            assert compile_forms(block)
    (recipients,) = re.findall(r"^```yaml\n(.*?)^```", RECIPIENTS, re.MULTILINE | re.DOTALL)
    assert compile_sales(recipients)


def test_every_type_and_keyword_stands_in_an_example() -> None:
    examples = "".join(re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
    for kind in TYPES - {"integer"}:
        assert f"type: {kind}" in examples
    for keyword in named(PAGE, "keyword of a field"):
        assert f"{keyword}: " in examples, keyword
