"""The files of rewards, who mails, and the room that pending consents take."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.config.mail_to_leads_schema import MOST_BYTES, FileFacts
from hotlist.config.sales_schema import compile_sales
from hotlist.events import sizes
from hotlist_cli.reward_files import looking_in
from mailing_forms import FORM, refused


def too_large(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda file: None, "there is no file"),
        (lambda file: file.write_bytes(b""), "is empty"),
        (lambda file: file.mkdir(), "there is no file"),
        (lambda file: file.symlink_to("/etc/hostname"), "not in the folder"),
        (lambda file: file.symlink_to(file), "loop"),
        (too_large, "at most 100,000,000"),
    ],
)
def test_a_file_that_cannot_be_given_is_refused(
    tmp_path: Path, make: Callable[[Path], object], reason: str
) -> None:
    (tmp_path / "rewards").mkdir()
    make(tmp_path / "rewards/guide.pdf")
    said = refused(FORM, looking_in(tmp_path))
    assert said.startswith("forms.yaml:12:5: guide.reward.file: ")
    assert reason in said


def test_a_file_is_named_by_its_contents(tmp_path: Path) -> None:
    (tmp_path / "rewards").mkdir()
    (tmp_path / "rewards/guide.pdf").write_bytes(b"abc")
    reward = compile_forms(FORM, look=looking_in(tmp_path))["guide"]["reward"]
    assert reward["sha256"].startswith("ba7816bf8f01cfea")


def test_a_largest_file_is_taken(tmp_path: Path) -> None:
    with (tmp_path / "a.pdf").open("wb") as file:
        file.truncate(MOST_BYTES)
    assert isinstance(looking_in(tmp_path)("a.pdf"), FileFacts)


RECIPIENTS: Final = """\
recipients:
  - {id: anna, name: Anna, email: a@example.org}
"""


def test_a_form_that_mails_needs_a_company() -> None:
    with pytest.raises(BadConfig) as refused_:
        compile_sales(RECIPIENTS, "sales.yaml", {"guide": "receipt"})
    assert "sales.yaml:1:1: company: the form 'guide' mails its visitors" in str(refused_.value)
    company = (
        "company: {name: Roofs Ltd, address: '1 High Street, Leeds', reply_to: hi@Roofs.example}\n"
    )
    made = compile_sales(RECIPIENTS + company, "sales.yaml", {"guide": "receipt"})
    assert made["company"] == {
        "name": "Roofs Ltd",
        "address": "1 High Street, Leeds",
        "reply_to": "hi@roofs.example",
    }
    assert "company" not in compile_sales(RECIPIENTS)


@pytest.mark.parametrize(
    ("company", "reason"),
    [
        ("{name: A}", "company.address: Field required"),
        ('{name: A, address: "1 Street\\nLeeds"}', "company.address: "),
        ("{name: ' ', address: b}", "company.name: "),
        ("{name: A, address: b, reply_to: nobody}", "company.reply_to: "),
        ("{name: A, address: b, phone: c}", "company.phone: there is no such key"),
    ],
)
def test_a_company_is_checked(company: str, reason: str) -> None:
    with pytest.raises(BadConfig, match=r"sales\.yaml:3:") as refused_:
        compile_sales(f"{RECIPIENTS}company: {company}\n", "sales.yaml")
    assert reason in str(refused_.value)


def test_pending_consents_count_beside_those_that_are_given() -> None:
    """The name of the second property takes room, and no event may be larger than its room."""
    fields = "".join(f"    f{n}: {{type: text, max: 300}}\n" for n in range(2))
    head = f"a:\n  fields:\n    email: {{type: email}}\n{fields}"

    def most(confirm: str) -> int:
        for room in range(1, 600):
            text = (
                f"{head}    open: {{type: text, max: {room}}}\n  consents:\n"
                "    one: {version: '1', text: One}\n"
                f"    two: {{version: '1', text: Two{confirm}}}\n"
            )
            try:
                compile_forms(text)
            except BadConfig:
                return room
        raise AssertionError

    given = {"one": {"version": "1"}, "two": {"version": "1"}}
    apart = {"one": given["one"]}, {"two": given["two"]}
    more = sizes.json_bytes(
        {"consents": apart[0], "pending_consents": apart[1]}
    ) - sizes.json_bytes({"consents": given})
    assert most("") - most(", confirm: true") in (more // 4, more // 4 + 1)
