"""Files of a form: each is named, or refused, and what is in it makes no difference."""

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from hotlist.capture.capture import Capture
from hotlist.config.forms_schema import compile_forms
from posted import Kept, form_request

NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIELDS: Final = """
  type: contact_requested
  fields:
    plan: {type: text}
    email: {type: email, required: true, from: [your-email, "contact[email]"]}
    photo: {type: text, from: photo}
"""
FORMS: Final = compile_forms(f"contact:{FIELDS}refusing:{FIELDS}  files: refuse\n")

Files = list[tuple[str, str]]


def post(store: Kept, form: str, files: Files, content: str = "", **texts: str) -> dict[str, Any]:
    """The body of the answer to a form that a script sends as FormData."""
    parts = [(f'name="{name}"', text) for name, text in texts.items()]
    parts += [(f'name="{name}"; filename="{file}"', content) for name, file in files]
    mark = "--b\r\nContent-Disposition: form-data; "
    body = "".join(f"{mark}{head}\r\n\r\n{text}\r\n" for head, text in parts) + "--b--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b", "accept": "application/json"}
    answer = Capture(store, FORMS, []).answer(form_request(body, headers, form), NOW)
    said: dict[str, Any] = json.loads(answer["body"])
    return said


@pytest.mark.parametrize("key", [{}, {"event_id": "k"}])
def test_what_is_in_a_file_makes_no_other_submission(key: dict[str, str]) -> None:
    store = Kept()
    files = [("plan", "a.pdf"), ("more[]", "b.png"), ("more[]", "c.png")]
    texts = {"email": "ada@example.org", "more": "see", **key}
    ids = [post(store, "contact", files, content, **texts)["event_id"] for content in ("", "%PDF")]
    assert ids[0] == ids[1]
    (event,) = store.events
    assert event.texts["extra"] == {
        "plan": "a.pdf (files are not taken)",
        "more": "see; b.png, c.png (files are not taken)",
    }


def test_another_file_makes_another_submission() -> None:
    store = Kept()
    for name in ("a.pdf", "b.pdf"):
        post(store, "contact", [("plan", name)], email="ada@example.org", event_id="k")
    assert len(store.events) == 2


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ([("plan", "")], []),
        ([("plan", "a")], ["plan"]),
        ([("unknown", "a")], ["files"]),
        (
            [("unknown", "a"), ("photo", "b"), ("plan", "c"), ("more", "d")],
            ["plan", "photo", "files"],
        ),
    ],
)
def test_files_are_refused_field_by_field_and_the_unknown_last(
    files: Files, wrong: list[str]
) -> None:
    """A page marks the files that no field asks for after those that one does."""
    store = Kept()
    said = post(store, "refusing", files, email="ada@example.org")
    assert [error["field"] for error in said.get("errors", [])] == wrong
    assert len(store.events) == (not wrong)


def test_an_error_has_the_other_names_of_its_field() -> None:
    said = post(Kept(), "refusing", [("plan", "a"), ("photo", "b")])
    names = {error["field"]: error.get("names") for error in said["errors"]}
    assert names == {
        "email": ["your-email", "contact[email]", "contact.email"],
        "plan": None,
        "photo": None,
    }
