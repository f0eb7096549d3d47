"""Conditions on what is kept for people: what the check refuses, by the forms that there are."""

from pathlib import Path
from typing import Final

import pytest

from hotlist.config.forms_schema import compile_forms
from hotlist.scoring.check.scoring_file import check_scoring
from hotlist_cli.__main__ import main
from rules_command import rules
from rulesets import event_rule, lead_of, top, with_rule

FORMS: Final = """\
contact:
  type: contact_requested
  fields:
    email: {type: email}
    role: {type: text}
    wish: {type: message}
    note: {type: message}
quote:
  type: custom:quote
  fields: {email: {type: email}, wish: {type: message}, note: {type: text}}
ebook:
  fields: {email: {type: email}, note: {type: choice, options: [a]}}
"""


def refused(text: str, forms: str = FORMS) -> list[tuple[str, str]]:
    found = check_scoring(text, forms=compile_forms(forms)).findings
    assert all((one.code, one.level) == ("unread-field", "error") for one in found), found
    return [(one.path, one.message) for one in found]


def about(event: str, where: str) -> str:
    return with_rule(f"event: {event}, where: {where}, points: 5")


WISH: Final = (
    "`wish` is a message field of the form contact: people read it, and no rule does; "
    "ask for another field, or give it the type text in forms.yaml"
)


@pytest.mark.parametrize(
    "text",
    [
        about("contact_requested", "{wish: [x]}"),
        about("contact_requested", "{wish: [{exists: false}]}"),
        about("contact_requested", "{role: [a], $or: [{role: [b]}, {wish: [{prefix: x}]}]}"),
        about("contact_requested", "{wish: {inner: [x]}}"),
        about("contact_requested", "{wish.inner: [x]}"),
        about("form_submitted", "{wish: [x]}"),  # no form that sends it has such a field
        about("[page_viewed, contact_requested]", "{wish: [x]}"),
        about("activity", "{wish: [x]}"),
        about("custom:quote", "{wish: [x]}"),
        about("contact_requested", "{note: [x]}"),
        about("activity", "{form: [contact], note: [x]}"),
        about("activity", "{form: [{prefix: con}], $or: [{note: [x]}, {role: [x]}]}"),
        about("activity", "{$or: [{form: [contact], note: [x]}, {form: [ebook], note: [a]}]}"),
        with_rule("event: contact_requested, first_of: [{where: {wish: [x]}, points: 5}]"),
        with_rule(
            "event: activity, where: {form: [contact]}, "
            "first_of: [{where: {note: [x]}, points: 5}, {points: 1}]"
        ),
        event_rule("unless: {where: {wish: [x]}}"),
        event_rule("unless: {event: contact_requested, where: {note: [x]}, within: 1d}"),
        with_rule(
            "event: contact_requested, points: 5, award: {at_count: 2, within: 7d, distinct: note}"
        ),
        with_rule(
            "event: contact_requested, points: 5, "
            "unless: {event: page_viewed, within: 1d, same: wish}"
        ),
        with_rule("inactive: 30d, event: contact_requested, where: {wish: [x]}, points: -5"),
        top("ignore: [{where: {wish: [x]}}]"),
        top("stages: {intent: [{event: contact_requested, where: {note: [x]}}]}"),
        lead_of("{wish: [x]}"),
        lead_of("{wish: [{exists: true}]}"),
        with_rule("first_of: [{lead: {wish: [x]}, points: 5}]"),
        top("segments: [{id: a, lead: {$or: [{wish: [x]}, {role: [x]}]}}]"),
        event_rule("distinct: extra").replace(
            "distinct: extra", "award: {every: 2, distinct: extra}"
        ),
        about("activity", "{consents: {email: {text: [x]}}}"),
        about("activity", "{consents.email.text: [x]}"),
    ],
)
def test_what_no_rule_reads_is_refused_where_it_stands(text: str) -> None:
    ((path, message),) = refused(text)
    assert any(word in path for word in ("wish", "note", "distinct", "same", "consents"))
    assert message.endswith(("in forms.yaml", '{version: ["1"]}}}'))


def test_the_finding_names_the_field_the_forms_and_what_to_do() -> None:
    assert refused(about("contact_requested", "{wish: [x]}")) == [("rules[1].where.wish", WISH)]
    both = WISH.replace("form contact", "forms contact, quote")
    assert refused(about("activity", "{wish: [x]}")) == [("rules[1].where.wish", both)]
    assert refused(lead_of("{wish: [x]}")) == [("rules[1].lead.wish", both)]


@pytest.mark.parametrize(
    "text",
    [
        about("custom:quote", "{note: [x]}"),
        about("activity", "{note: [x]}"),
        about("activity", "{form: [ebook], note: [a]}"),
        about("[contact_requested, form_submitted]", "{note: [a]}"),
        about("contact_requested", "{role: [x], form: [contact]}"),
        about("page_viewed", "{wish: [x]}"),  # a property of the page's own
        about("custom:other", "{wish: [x]}"),
        about("activity", "{consents: {email: {version: ['1']}}}"),
        about("activity", "{page: {wish: [x]}}"),
        lead_of("{note: [x]}"),
        lead_of("{consents: [email]}"),
        event_rule("award: {every: 2, distinct: page_path}"),
    ],
)
def test_what_some_event_of_the_rule_has_is_read(text: str) -> None:
    assert refused(text) == []


def test_without_forms_only_names_of_our_own_are_judged() -> None:
    assert check_scoring(about("activity", "{wish: [x]}")).findings == ()


def test_check_reads_the_forms_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "scoring.yaml"
    file.write_text(about("contact_requested", "{wish: [x]}"))
    assert rules("check", file).status == 0
    (tmp_path / "forms.yaml").write_text(FORMS)
    ran = rules("check", file)
    assert (ran.status, ran.err) == (1, "")
    assert ran.out == f"{file}:4:49: error: rules[1].where.wish: {WISH} [unread-field]\n"
    (tmp_path / "forms.yaml").write_text(FORMS.replace("type: message", "type: letter"))
    assert rules("check", file).status == 0, "that the forms are wrong is what the build says"


def test_score_judges_by_the_forms_that_it_is_given(tmp_path: Path) -> None:
    file, forms, events = (tmp_path / name for name in ("a.yaml", "f.yaml", "e.jsonl"))
    file.write_text(about("contact_requested", "{wish: [x]}"))
    forms.write_text(FORMS)
    events.write_text("")
    ran = rules("score", "--rules", file, "--events", events, "--forms", forms)
    assert ran.status == 1
    assert "[unread-field]" in ran.err
    assert rules("score", "--rules", file, "--events", events).status == 0


@pytest.mark.parametrize("name", ["scoring", "shadow"])
def test_the_build_refuses_it_in_both_rule_sets(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "forms.yaml").write_text(FORMS)
    (config / "sales.yaml").write_text(
        (Path(__file__).parents[1] / "config/sales.yaml").read_text("utf-8"), "utf-8"
    )
    bad, good = about("contact_requested", "{wish: [x]}"), about("page_viewed", "{a: [x]}")
    (config / "shadow.yaml").write_text(bad)
    (config / "scoring.yaml").write_text(
        bad if name == "scoring" else good + "shadow: shadow.yaml\n"
    )
    assert main(["config", str(tmp_path / "out"), "--config", str(config)]) == 1
    assert (
        f"{name}.yaml:4:49: rules[1].where.wish: {WISH} [unread-field]" in capsys.readouterr().err
    )
