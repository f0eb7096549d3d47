"""Errors are told in the visitor's language; a form is open from `opens` until `closes`."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotlist.capture import faults, forms
from hotlist.capture.capture import Capture
from hotlist.capture.context import BadFields, Received
from hotlist.capture.form_texts import TEXTS
from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist.config.messages_schema import compile_messages
from hotlist_cli import config as build
from posted import Kept, form_request

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEXT = """
f:
  fields:
    name: {type: text, required: true, max: 20, min: 2}
    email: {type: email}
    phone: {type: phone}
    size: {type: choice, options: {small: {en: Small, pl: Mały}, large: Big}}
    n: {type: integer, min: 1}
"""
FORM = compile_forms(TEXT)["f"]


def told(raw: dict[str, Any], accept: str = "", form: Any = FORM) -> dict[str, str]:
    with pytest.raises(BadFields) as refused:
        forms.submission("f", form, raw, Received(at=NOW, accept_language=accept))
    return dict(refused.value.errors)


ENGLISH, POLISH, GERMAN = (TEXTS[one]["required"] for one in ("en", "pl", "de"))


@pytest.mark.parametrize(
    ("language", "accept", "expected"),
    [
        ("", "", ENGLISH),
        ("", "pl", POLISH),
        ("", "pl-PL,pl;q=0.9,en;q=0.8", POLISH),
        ("", "en;q=0.8,pl-PL", POLISH),
        ("", "en-GB,pl;q=0.5", ENGLISH),
        ("", "fr, de;q=0.5", GERMAN),
        ("", "pl;q=0, de;q=0.1", GERMAN),
        ("", "fr", ENGLISH),
        ("", "*", ENGLISH),
        ("", ";;;q=x,,pl;q=x", ENGLISH),
        ("de-AT", "pl", GERMAN),
        ("de_AT", "pl", GERMAN),
        ("fr", "pl", POLISH),
    ],
)
def test_the_language_is_that_of_the_page_then_the_browsers(
    language: str, accept: str, expected: str
) -> None:
    assert told({"email": "a@example.org", "language": language}, accept) == {"name": expected}


def test_each_error_is_told_with_what_it_is_about() -> None:
    raw = {"name": "A", "email": "no", "size": "tiny", "n": 0}
    assert told(raw, "pl") == {
        "name": "Minimalna liczba znaków: 2.",
        "email": "To nie jest adres e-mail.",
        "size": "Wybierz jedno z: Mały, Big.",
        "n": "Podaj wartość od 1 do 1000000000000000.",
    }
    assert told(raw)["size"] == "one of Small, Big"
    assert told({"name": "Ada", "phone": "no"}, "de")["phone"].endswith("+1 …")


def test_every_language_has_every_error_and_says_nothing_that_is_not_put_in() -> None:
    asked = {name: set(re.findall(r"\{\w+\}", text)) for name, text in TEXTS["en"].items()}
    for texts in TEXTS.values():
        assert set(texts) == set(asked)
        for name, text in texts.items():
            assert set(re.findall(r"\{\w+\}", text)) <= asked[name]


def test_an_error_that_is_no_text_of_a_language_stays_as_it_is() -> None:
    assert faults.told({"a": "plain"}, ["pl"], {}) == {"a": "plain"}


def test_what_is_put_in_is_not_put_into_again() -> None:
    why = faults.fault("between", least="{most}", most="{least}")
    assert why == "from {most} to {least}"
    assert faults.in_language(why, ("de",), {}) == "Von {most} bis {least}."


def test_another_language_comes_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "cs.yaml").write_text('required: "Vyplňte toto pole."\n', "utf-8")
    (tmp_path / "messages" / "pl.yaml").write_text("required: Wpisz coś.\n", "utf-8")
    shutil.copytree(Path(__file__).parents[1] / "config", tmp_path, dirs_exist_ok=True)
    assert build.run(tmp_path / "out", tmp_path) == 0
    made = json.loads((tmp_path / "out/hotlist_config/forms.json").read_text("utf-8"))["contact"]
    raw = {"email": "no", "message": "Hi"}
    assert told(raw, "cs", made) == {
        "name": "Vyplňte toto pole.",
        "email": "this is not an e-mail address",
    }
    assert told(raw, "pl", made) == {"name": "Wpisz coś.", "email": "To nie jest adres e-mail."}
    (tmp_path / "messages" / "czech.yaml").write_text("required: x\n", "utf-8")
    assert build.run(tmp_path / "out", tmp_path) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("requird: x", "did you mean required?"),
        ("zzzz: x", "there are required, yes"),
        ("required: ''", "write it in quotes"),
        ("required: 7", "write it in quotes"),
        ("required: [x]", "write it in quotes"),
        ("required: 'at {most}'", "it has none"),
        ("most: 'at {least}'", "it has {most}"),
        (f"most: {'x' * 501}", "write less"),
        ("- required", "a map of names"),
    ],
)
def test_a_wrong_file_of_messages_is_refused_with_its_place(text: str, why: str) -> None:
    with pytest.raises(BadConfig) as refused:
        compile_messages(text, "cs.yaml")
    (finding,) = refused.value.findings
    assert why in finding.message
    assert (finding.file, finding.line, finding.column) == ("cs.yaml", 1, 1)


OPEN = """
  opens: 2026-03-01T00:00:00+01:00
  closes: 2026-04-01T00:00:00+02:00
"""


def answer(now: datetime, text: str = OPEN, **headers: str) -> tuple[int, dict[str, Any], int]:
    store = Kept()
    said = {"content-type": "application/json", **headers}
    body = json.dumps({"name": "Ada", "email": "a@example.org"})
    request = form_request(body, said, "f")
    given = Capture(store, compile_forms(TEXT + text), []).answer(request, now)
    return given["statusCode"], json.loads(given["body"]), len(store.events)


OPENS = datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
CLOSES = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
TICK = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("now", "status"),
    [(OPENS - TICK, 403), (OPENS, 201), (CLOSES - TICK, 201), (CLOSES, 410)],
)
def test_a_form_is_open_from_its_beginning_until_its_end(now: datetime, status: int) -> None:
    found, _, stored = answer(now)
    assert (found, stored) == (status, int(status == 201))


def test_one_end_is_enough() -> None:
    opens, closes = (f"  {line.strip()}\n" for line in OPEN.strip().splitlines())
    assert [answer(at, opens)[0] for at in (OPENS - TICK, CLOSES)] == [403, 201]
    assert [answer(at, closes)[0] for at in (OPENS - TICK, CLOSES)] == [201, 410]


@pytest.mark.parametrize(
    ("opens", "told"),
    [
        ("2026-03-01T09:30:00+01:00", "2026-03-01 09:30 UTC+01:00"),
        ("2026-03-01T09:30:00-03:30", "2026-03-01 09:30 UTC-03:30"),
        ("2026-03-01T09:30:00Z", "2026-03-01 09:30 UTC"),
        ("2026-03-01T09:30:00+00:00", "2026-03-01 09:30 UTC"),
    ],
)
def test_a_form_tells_when_it_opens_as_its_file_does(opens: str, told: str) -> None:
    title = answer(OPENS - TICK, f"  opens: {opens}\n")[1]["title"]
    assert title == f"This form is open from {told}."


def test_a_closed_form_says_so_in_the_visitors_language() -> None:
    said = {"accept-language": "pl"}
    assert answer(OPENS - TICK)[1]["title"] == "This form is open from 2026-03-01 00:00 UTC+01:00."
    assert answer(CLOSES, **said)[1]["title"] == "Formularz jest już zamknięty."
    own = OPEN + "  closed: {en: See you in autumn., pl: Do zobaczenia jesienią.}\n"
    assert answer(CLOSES, own, **said)[1]["title"] == "Do zobaczenia jesienią."
    assert answer(CLOSES, own)[1]["title"] == "See you in autumn."


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
@pytest.mark.parametrize(
    ("now", "status", "why"),
    [
        (OPENS - TICK, 403, "Formularz będzie czynny od 2026-03-01 00:00 UTC+01:00."),
        (CLOSES, 410, "Formularz jest już zamknięty."),
    ],
)
def test_a_closed_form_says_so_on_a_page(kind: str, now: datetime, status: int, why: str) -> None:
    said = {"content-type": kind, "accept": "text/html", "accept-language": "pl"}
    body = "email=a%40example.org"
    if "multipart" in kind:
        body = '--b\r\nContent-Disposition: form-data; name="email"\r\n\r\na@example.org\r\n--b--'
    request = form_request(body, said, "f")
    given = Capture(Kept(), compile_forms(TEXT + OPEN), []).answer(request, now)
    assert (given["statusCode"], given["headers"]["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    assert f"<p>{why}</p>" in given["body"]
    assert TEXTS["pl"]["page_closed_title"] in given["body"]
    assert TEXTS["pl"]["page_damaged"] not in given["body"]


def test_an_answer_under_a_foreign_name_is_shown_again_beside_its_field() -> None:
    text = TEXT.replace("email: {type: email}", "email: {type: email, from: your-email}")
    said = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    request = form_request("your-email=ada%40", said, "f")
    page = Capture(Kept(), compile_forms(text), []).answer(request, NOW)["body"]
    assert 'name="email" type="email" autocomplete="email" value="ada@"' in page
    assert "your-email" not in page


def test_a_form_leads_to_the_page_of_the_visitors_language() -> None:
    pages = "  redirect_url: {en: 'https://x.example/', pl: 'https://x.example/pl/'}\n"
    assert answer(NOW, pages)[1]["redirect_url"] == "https://x.example/"
    assert answer(NOW, pages, **{"accept-language": "pl"})[1]["redirect_url"].endswith("/pl/")
    assert compile_forms(TEXT + pages)["f"]["redirect_url"] == "https://x.example/"


def test_a_shared_device_is_no_visitor() -> None:
    form = compile_forms(TEXT + "  kiosk: true\n")["f"]
    raw = {"name": "Ada", "email": "a@example.org", "visitor_id": "v"}
    event = forms.submission("f", form, raw, Received(at=NOW))
    assert (event.kiosk, event.names, event.properties["kiosk"]) == (True, (), True)
    assert not forms.submission("f", FORM, raw, Received(at=NOW)).kiosk
    assert forms.submission("f", FORM, raw, Received(at=NOW)).names


def test_the_forms_own_thanks_are_kept_for_its_page() -> None:
    thanks = {"en": "We call you.", "pl": "Zadzwonimy."}
    form = compile_forms(TEXT + "  thanks: {en: We call you., pl: Zadzwonimy.}\n")["f"]
    assert form["thanks"] == thanks


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        ("  opens: 2026-03-01\n", "f.opens", "as in 2026-03-28T12:00:00+01:00"),
        ("  closes: 2026-03-01T10:00:00\n", "f.closes", "offset"),
        ("  closes: 20260301\n", "f.closes", ""),
        (OPEN.replace("2026-04", "2026-02"), "f", "never be open"),
        ("  closed: Gone.\n", "f", "after `closes`"),
        ("  active_from: 2026-03-01\n", "f", "a form has `opens`"),
        ("  thanks: {english: x}\n", "f.thanks", "ISO 639"),
        ("  redirect_url: {pl: 'javascript:x'}\n", "f.redirect_url", "address of a page"),
        ("  redirect_url: {polish: 'https://x.example'}\n", "f.redirect_url", "ISO 639"),
        ("  redirect_url: 'https://x.example/a b'\n", "f.redirect_url", "address of a page"),
        ("  kiosk: 'yes'\n", "f.kiosk", ""),
    ],
)
def test_a_form_that_cannot_be_is_refused_with_its_place(text: str, path: str, why: str) -> None:
    with pytest.raises(BadConfig) as refused:
        compile_forms(TEXT + text, "forms.yaml")
    (finding,) = refused.value.findings
    assert (finding.path, why in finding.message) == (path, True), finding
    assert finding.line == (2 if path == "f" else 9 + text.startswith("\n"))


def test_a_kiosk_lends_nobody_its_browser() -> None:
    form = compile_forms(TEXT + "  kiosk: true\n")["f"]
    own = "session_id gclid gbraid wbraid fbclid msclkid ttclid li_fat_id visitor_id".split()
    page = "https://fair.example/stand"
    raw = dict.fromkeys(own, "Zq7") | {
        "name": "Ada",
        "email": "a@example.org",
        "page_url": f"{page}?gclid=Zq7&a=1#Zq7",
        "landing_page": f"{page}#gclid=Zq7",
        "referrer": f"{page}?fbclid=Zq7",
        "source": "fair",
        "language": "pl",
    }
    received = Received(at=NOW, user_agent="Kiosk/1", origin="https://fair.example")
    kept = forms.submission("f", form, raw, received)
    assert "Zq7" not in repr(kept)
    addresses = dict.fromkeys(("page_url", "landing_page", "referrer"), page)
    said = {"form": "f", "kiosk": True, "name": "Ada", "email": "a@example.org", "source": "fair"}
    about = {"user_agent": "Kiosk/1", "origin": "https://fair.example", "page_path": "/stand"}
    assert kept.properties == {"language": "pl", **addresses, **said, **about}
    assert "Zq7" in repr(forms.submission("f", FORM, raw, received))


def test_a_form_that_is_right_loads_nothing_that_only_some_forms_need() -> None:
    program = (
        "import sys, json; from datetime import UTC, datetime\n"
        "from hotlist.capture import forms\n"
        "from hotlist.capture.context import Received\n"
        "form = json.loads(sys.argv[1])\n"
        "raw = {'name': 'Ada', 'email': 'a@example.org', 'n': ['1', '2'], 'shoe': '4'}\n"
        "forms.submission('f', form, raw, Received(at=datetime(2026, 3, 2, tzinfo=UTC)))\n"
        "print(*(one for one in ('faults', 'form_texts', 'languages', 'field_types', 'sent_names',"
        " 'yes_no')"
        " if 'hotlist.capture.' + one in sys.modules))\n"
    )
    path = Path(__file__).parents[2] / "layers/common"
    ran = subprocess.run(
        [sys.executable, "-c", program, json.dumps(FORM)],
        env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "\n"
