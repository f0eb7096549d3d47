"""Mails as bytes: the text is the text, whatever a name or an address looks like.

The mails are made by this Python and by the one of the local stack, and read by a parser that
shares no code with either.
"""

import os
import pickle
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from fast_mail_parser import PyMail, parse_email, parse_email_tree, walk

from hotlist.mail import mime

ROOT: Final = Path(__file__).parents[2]
STACK_PYTHON: Final = ROOT / ".venv-stack" / "bin" / "python"
MAILS: Final = int(os.environ.get("HOTLIST_MAILS", "4000"))
FIRST_MAIL: Final = int(os.environ.get("HOTLIST_FIRST_MAIL", "0"))

HEADERS: Final = ["Content-Type", "MIME-Version", "Subject", "From", "To", "Auto-Submitted"]
PART_HEADERS: Final = ["Content-Type", "MIME-Version", "Content-Transfer-Encoding"]

PIECES: Final = [
    *("Ada", "Łukasz Żak", "O'Brien", "Anna-Maria", "李小龍", "محمد", "שלום", "नमस्ते", "Åse\u0301"),
    *(
        "=?unicode_escape?q?=5Cud800?=",
        "=?utf-8?q?a=00b?=",
        "=?utf-8?b?AA==?=",
        "=?utf-7?q?+AAo-?=",
    ),
    *("=?utf-8?q?x=40evil.example=2c?=", "=?utf-8?q?=0d=0aBcc:_x=40evil.example?=", "=?", "?="),
    *("=?utf-8*en?q?a?=", "=?raw_unicode_escape?q?=5cu000a?=", "=?idna?q?xn--a?=", "=?x?q?a?="),
    *(
        "=?utf-16?b?//4KAA==?=",
        "=?utf-8?q?a?= =?utf-8?q?b?=",
        "=?utf-8?q?unfinished",
        "=?punycode?b?",
    ),
    *("\r\nBcc: x@evil.example", "\nBcc: x@evil.example\n\nhello", "\r\n folded", "\rX: y"),
    *("\u2028Bcc: x@evil.example", "\u2029", "\x85Bcc: x@evil.example", "\x0b", "\x0c", "\x1c"),
    *("a\x00b", "\x1b[31m", "\x7f", "\ud800", "\udfff", "\ud83d", "\U0001f469\u200d\U0001f467"),
    *('"', '\\"', "Kowalska, Anna", "<x@evil.example>", "A (b) <c@d.example>", "((", ");", "a: b;"),
    *(
        "\u202eevil",
        "\u2066x\u2069",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u00ad",
        "\u3164",
        "\U000e0041",
    ),
    *("  ", "\t", "\u00a0", "\u3000", "x" * 70, "ż" * 210, "\U0001f600" * 60, "a b " * 70, "."),
    *("--=_hotlist", "--=_hotlist--", "=_hotlist", "From me", "=", "=3D", "=\r\n", "a=20", "%s{0}"),
]
ATOMS: Final = "abcxyzABC019!#$%&'*+-/=^_`{|}~"
BAD_ADDRESSES: Final = [
    *("=?utf-8?q?x=40evil.example=2c?=@example.com", "a@=?utf-8?q?b?=.example", "=?@example.com"),
    *("a@b.example, x@evil.example", "a@b.example\r\nBcc: x@evil.example", "<a@b.example>", "a"),
    *('"a b"@example.com', "a(b)@example.com", "a@[127.0.0.1]", "zażółć@example.pl", "", "a@b"),
    *(
        "a@bücher.example",
        "a b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a:b@c.example;",
    ),
    *("a@example.com\n", "\u200ba@example.com", "a\ud800@example.com", "a@example.com\u2028", "@"),
    *("a@example.com.", "a@exam_ple.com", "a\\@example.com", "x" * 260 + "@example.com"),
]


def some_text(random: Random) -> str:
    return random.choice(("", " ", ", ", "\n")).join(
        random.choice(PIECES) if random.random() < 0.9 else chr(random.randrange(0x110000))
        for _ in range(random.randint(0, 4))
    )


def good_address(random: Random) -> str:
    local = "".join(random.choices(ATOMS, k=random.randint(1, 40)))
    return f"{local}@{random.choice(('example.com', 'a-b.example', 'xn--bcher-kva.example'))}"


def some_mail(number: int) -> dict[str, Any]:
    """What one mail is made of; `reply_to` is for `good` or not for a header."""
    random = Random(number)
    good = random.random() < 0.5
    return {
        "subject": f"{some_text(random)} {number}",
        "text": f"{some_text(random)}\n{number}",
        "html": f"<p>{some_text(random)}",
        "sender": ("Hotlist", "hotlist@example.com"),
        "recipient": (some_text(random), good_address(random)),
        "reply_to": good_address(random) if good else random.choice(BAD_ADDRESSES),
        "good": good,
    }


def made_here(given: list[dict[str, Any]]) -> Iterator[bytes]:
    for one in given:
        yield mime.assemble(**{name: one[name] for name in one if name != "good"})


MAKER: Final = """
import pickle, sys
sys.path.insert(0, "layers/common")
from hotlist.mail import mime
given = pickle.load(sys.stdin.buffer)
pickle.dump([mime.assemble(**one) for one in given], sys.stdout.buffer)
"""


def made_by(python: Path, given: list[dict[str, Any]]) -> list[bytes]:
    """The mails as another Python makes them, which has the standard library alone."""
    wanted = [{name: one[name] for name in one if name != "good"} for one in given]
    made = subprocess.run(
        [python, "-I", "-S", "-c", MAKER],
        input=pickle.dumps(wanted),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    mails: list[bytes] = pickle.loads(made.stdout)
    return mails


def one_line(text: str) -> str:
    """What a header may say of a text, in other words than those of the code."""
    kept = (c for c in text if unicodedata.category(c) != "Cs" and c != "\ufeff")
    parted = ("\n" if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Zs") else c for c in kept)
    return re.sub("\n+", " ", "".join(parted)).strip(" ")


def lines(text: str) -> str:
    """What a body may say of a text, its lines ended as in a mail."""
    text = re.sub("\r\n?", "\n", text)
    text = "".join(c for c in text if unicodedata.category(c) != "Cs" and c != "\ufeff")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
    found = "".join(kept).replace("\n", "\r\n")
    return found if found.endswith("\n") else f"{found}\r\n"


def told(mail: PyMail) -> dict[str, Any]:
    return {
        "subject": mail.subject,
        "text": mail.text_plain,
        "html": mail.text_html,
        "from": [(one.display_name or "", one.address) for one in [mail.from_] if one],
        "to": [(one.display_name or "", one.address) for one in mail.to],
        "reply_to": [(one.display_name or "", one.address) for one in mail.reply_to],
        "warnings": [one.kind for one in mail.warnings],
    }


def check(raw: bytes, given: dict[str, Any]) -> None:
    name, address = given["recipient"]
    assert told(parse_email(raw)) == {
        "subject": one_line(given["subject"]),
        "text": [lines(given["text"])],
        "html": [lines(given["html"])],
        "from": [given["sender"]],
        "to": [(one_line(name), address)],
        "reply_to": [("", given["reply_to"])] if given["good"] else [],
        "warnings": [],
    }
    whole, *parts = walk(parse_email_tree(raw))
    expected = {*HEADERS, "Reply-To"} if given["good"] else {*HEADERS}
    assert whole.headers.keys() == expected
    assert [part.headers.keys() for part in parts] == [set(PART_HEADERS)] * 2
    for part in (whole, *parts):
        assert {len(values) for values in part.headers.values()} == {1}
    assert raw.isascii()
    assert not re.search(rb"[^\r]\n|\r[^\n]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", raw)
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(line.strip() for line in head.split(b"\r\n"))
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))


def test_the_text_is_the_text() -> None:
    given = [some_mail(number) for number in range(FIRST_MAIL, FIRST_MAIL + MAILS)]
    for raw, one in zip(made_here(given), given, strict=True):
        check(raw, one)


def test_another_python_makes_the_same_mails() -> None:
    if not STACK_PYTHON.exists():
        pytest.skip("the local stack is not set up: `make setup`")
    given = [some_mail(number) for number in range(FIRST_MAIL, FIRST_MAIL + MAILS)]
    for raw, one in zip(made_by(STACK_PYTHON, given), given, strict=True):
        check(raw, one)


def test_the_parser_would_see_another_header() -> None:
    raw = next(made_here([some_mail(1)]))
    forged = parse_email(b"Bcc: x@evil.example\r\nBcc: y@evil.example\r\n" + raw)
    assert forged.headers["Bcc"] == ["x@evil.example", "y@evil.example"]
    assert [one.address for one in forged.bcc] == ["x@evil.example"]
    decoded = parse_email(b"Subject: =?utf-8?q?a=00b?=\r\n\r\n")
    assert decoded.subject == "a\x00b"


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_a_mail_to_or_from_what_no_header_carries_is_not_made(address: str) -> None:
    given: dict[str, Any] = {"subject": "a", "text": "a", "html": "a"}
    good = ("Anna", "anna@example.com")
    for sender, recipient in ((good, ("Anna", address)), (("Anna", address), good)):
        with pytest.raises(ValueError, match="header cannot carry this address"):
            mime.assemble(**given, sender=sender, recipient=recipient)


def test_what_is_plain_is_written_plainly() -> None:
    given = some_mail(0) | {"subject": "Hot list", "recipient": ("Anna B", "a@b.example")}
    (raw,) = made_here([given])
    assert raw.startswith(b"Subject: Hot list\r\n")
    assert b"\r\nTo: Anna B <a@b.example>\r\n" in raw


GIVEN: Final[dict[str, Any]] = {
    "subject": "a",
    "text": "a",
    "html": "a",
    "sender": ("Anna", "anna@example.com"),
    "recipient": ("", "ada@example.org"),
}


@pytest.mark.parametrize("length", [1, 40, 78, 79, 500, 900])
def test_an_address_to_unsubscribe_at_is_one_whole_line(length: int) -> None:
    url = f"https://a.example/unsubscribe/{'Az-_09' * 200}"[: 30 + length]
    raw = mime.assemble(**GIVEN, unsubscribe=url)
    lines = raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{url}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert dict(parse_email(raw).headers)["List-Unsubscribe"] == [f"<{url}>"]


@pytest.mark.parametrize(
    "url",
    [
        *("", "a", "mailto:a@b.example", "ftp://a.example", "https://", "javascript:alert(1)"),
        *("https://a.example/ x", "https://a.example/>", "https://a.example/,<b>"),
        *("https://a.example/\r\nBcc: x@evil.example", "https://a.example/\n", "https://ż.example"),
        *("https://a.example/\ud800", "https://a.example/\x00", " https://a.example"),
        f"https://a.example/{'x' * 970}",
    ],
)
def test_an_address_that_a_header_cannot_carry_ends_no_mails(url: str) -> None:
    with pytest.raises(ValueError, match="header cannot carry this address"):
        mime.assemble(**GIVEN, unsubscribe=url)


@pytest.mark.parametrize("name", ["", "a b.ics", "a\r\nX: y", "ż.ics", "../a", '"', "x" * 65])
def test_a_file_with_a_name_that_readers_differ_on_is_not_sent(name: str) -> None:
    with pytest.raises(ValueError, match="name of a file"):
        mime.assemble(**GIVEN, attachments=[mime.Attachment(name, "calendar", b"a")])


@pytest.mark.parametrize("seed", range(40))
def test_a_file_arrives_as_it_was_and_leaves_the_texts_as_they_are(seed: int) -> None:
    random = Random(seed)
    data = random.randbytes(random.randint(0, 3_000))
    pieces = [b"--=_hotlist\r\n", b"--=_mixed--\r\n", b"\r\n.\r\n", b"From me\n"]
    data += random.choice(pieces) + data[:50]
    given = some_mail(seed) | {"attachments": [mime.Attachment("a.ics", "calendar", data)]}
    (raw,) = made_here([given])
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    (without,) = made_here([{**given, "attachments": ()}])
    assert without.partition(b"\r\n\r\n")[2].strip() in raw
    (file,) = parse_email(raw).attachments
    assert file.content == data
