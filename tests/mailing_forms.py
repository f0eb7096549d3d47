"""Forms that mail their visitors and give them something, and what the build says of them."""

import re
from typing import Any, Final

import pytest

from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.config.mail_to_leads_schema import FileFacts

FORM: Final = """\
guide:
  thanks: {en: Thanks, pl: Dzięki}
  fields:
    email: {type: email, required: true}
    plan: {type: choice, options: [a, b]}
  consents:
    email: {version: "1", text: {en: "News?", pl: "Nowości?"}, confirm: true}
  receipt:
    subject: {en: We have it, pl: Mamy to}
    text: {en: "Hello,\\n\\nhttps://www.example.com/next", pl: "Dzień dobry"}
  reward:
    file: rewards/guide.pdf
    name: The guide.pdf
    title: {en: The guide, pl: Poradnik}
    deliver: mail
  mail:
    confirm: {subject: {en: Confirm, pl: Potwierdź}, note: {en: Bye, pl: Pa}}
    reward: {text: {en: Here, pl: Oto}, button: {en: Get, pl: Weź}}
"""
MEETING: Final = """\
talk:
  fields:
    email: {type: email, required: true}
  reward:
    title: Roofs
    invitation:
      uid: roofs-1
      sequence: 2
      starts: 2026-12-10T11:00
      ends: 2026-12-10T12:00
      zone: Europe/Warsaw
      place: Hall 2
      organizer: {name: Ann Lee, email: ann@Example.com}
"""
SHA: Final = "ab" * 32


def found(_: str) -> FileFacts:
    return FileFacts(SHA)


def refused(text: str, look: Any = found) -> str:
    with pytest.raises(BadConfig) as refused_:
        compile_forms(text, "forms.yaml", look=look)
    return str(refused_.value)


def assert_said(said: str, place: str, reason: str) -> None:
    """That a finding is at a line and path, such as `12 guide.reward`, and says this."""
    line, path = place.split()
    found = re.findall(rf"^forms\.yaml:{line}:\d+: {re.escape(path)}: (.*)", said, re.MULTILINE)
    assert any(reason in one for one in found), said
