"""Addresses and numbers: what is taken, and how it is normalised."""

import uuid

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.identity import identifiers
from hotlist.identity.identifiers import BadIdentifier


def ours(text: str) -> str | None:
    try:
        return identifiers.normalise_email(text)
    except BadIdentifier:
        return None


def theirs(text: str) -> str | None:
    if "=?" in text:
        return None  # this alone is ours: an encoded-word to those who read headers
    try:
        found = validate_email(text.strip(), check_deliverability=False, strict=True)
    except EmailNotValidError:
        return None
    return f"{found.local_part}@{found.ascii_domain}".lower()


ADDRESSES = [
    "ada@example.org",
    "Ada.Lovelace+news@Sub.Example.ORG",
    " ada@example.org ",
    "a@b.co",
    "o'brien@example.ie",
    "a" * 64 + "@example.org",
    "a" * 65 + "@example.org",
    "ż" * 32 + "@example.org",
    "a@" + "b" * 63 + ".org",
    "a@" + "b" * 64 + ".org",
    "a@" + ".".join(["b" * 49] * 5) + ".org",
    "a@" + ".".join(["b" * 61] * 4) + ".org",
    "ada@example",
    "ada@localhost",
    "ada@host.local",
    "ada@x.test",
    "ada@example.invalid",
    "ada@-example.org",
    "ada@example-.org",
    "ada@exa--mple.org",
    "ada@ab--cd.org",
    "ada@xn--bcher-kva.example",
    "ada..b@example.org",
    ".ada@example.org",
    "ada.@example.org",
    "ada@@example.org",
    "ada@example..org",
    "ada@example.org.",
    "ada@[127.0.0.1]",
    "ada@127.0.0.1",
    "ada@example.123",
    "ada@example.c",
    '"ada b"@example.org',
    "ada b@example.org",
    "ada",
    "@example.org",
    "",
    "ada@exam_ple.org",
    "ada\n@example.org",
    "ada@example.org\nBcc: x@y.z",
    "zażółć@example.org",
    "ada@bücher.example",
    "ADA@BÜCHER.example",
    "用户@例子.广告",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_taken_as_email_validator_takes_it(text: str) -> None:
    assert ours(text) == theirs(text)


def test_what_is_before_the_at_is_measured_in_bytes_as_mail_services_do() -> None:
    assert ours("ż" * 32 + "@example.org")
    assert ours("ż" * 33 + "@example.org") is None


@settings(max_examples=400)
@given(
    st.from_regex(r"\A[a-zA-Z0-9.+_'-]{1,12}@[a-zA-Z0-9.-]{1,16}\.[a-zA-Z0-9-]{1,6}\Z")
    | st.text(st.characters(max_codepoint=127, exclude_characters="\r\n\t\v\f "), max_size=30)
)
def test_any_ascii_text_is_judged_as_email_validator_judges_it(text: str) -> None:
    assert ours(text) == theirs(text)


@pytest.mark.parametrize(
    "text", ["=?utf-8?q?x=40evil.example=2c?=@example.com", "a=?b@example.com", "ż=?@example.com"]
)
def test_an_address_that_headers_misread_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(BadIdentifier, match=r"misread an address with =\?"):
        identifiers.normalise_email(text)


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("600 100 200", "PL", ("+48600100200", "PL")),
        ("+48 600-100-200", "US", ("+48600100200", "PL")),
        ("0048600100200", "PL", ("+48600100200", "PL")),
        ("(201) 555-0123", "US", ("+12015550123", "US")),
        ("+44 20 7946 0958", "PL", ("+442079460958", "GB")),
    ],
)
def test_numbers_become_e164(text: str, region: str, expected: tuple[str, str]) -> None:
    assert identifiers.normalise_phone(text, region) == expected


@pytest.mark.parametrize("text", ["", "12", "call me", "+999999999999", "6" * 300])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadIdentifier):
        identifiers.normalise_phone(text, "PL")


def test_a_subject_tells_its_kind_and_nothing_else() -> None:
    subject = identifiers.subject(identifiers.EMAIL, "ada@example.org")
    assert identifiers.kind_of(subject) == "email"
    assert "ada" not in subject
    assert subject != identifiers.subject(identifiers.VISITOR, "ada@example.org")


NOTHING = ["\ufeff", "\u200b", "\u202a", "\u3164", "\u2800", "\u2066", "\x00", "\u00a0"]


@pytest.mark.parametrize("blank", NOTHING, ids=ascii)
def test_what_shows_nothing_around_an_address_or_a_number_is_dropped(blank: str) -> None:
    address = identifiers.normalise_email(f"{blank}Ada@Example.org{blank}")
    assert address == "ada@example.org"
    number = identifiers.normalise_phone(f"{blank}600 100 200{blank}", "PL")
    assert number == ("+48600100200", "PL")
    assert ours(f"a{blank}b@example.org") is None


@given(
    st.sampled_from(["email", "phone", "visitor"]),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_a_subject_is_the_uuid5_of_its_identifier(kind: str, value: str) -> None:
    namespace = uuid.UUID("6f1f7c1e-5a0e-5b57-9d55-0f8f3c0f2a11")
    assert identifiers.subject(kind, value) == f"{kind}:{uuid.uuid5(namespace, f'{kind}:{value}')}"
