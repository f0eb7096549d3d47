"""Tokens of signed links: only what a key has signed for a purpose is taken, and only in time."""

import re
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.links.tokens import (
    MAX_TOKEN,
    VALID,
    BadToken,
    Expired,
    Key,
    Purpose,
    Token,
    hkdf,
    key_id_of,
    readings,
    sign,
    verified,
)

KEY = Key("1", b"k" * 32)
OTHERS = (Key("1", b"l" * 32), Key("2", b"k" * 32))
DAY = date(2026, 3, 28)
NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SUBJECT = "email:0e3b1f6c-6b0f-5d44-9c55-2f1f5f2c7a11"
TOKENS = st.builds(
    Token,
    purpose=st.sampled_from(Purpose),
    subject=st.just(SUBJECT) | st.text(max_size=40),
    day=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    recipient=st.none() | st.text(max_size=20),
    said=st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=3),
)
MUTATIONS = 100_000


def on(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


@given(TOKENS, st.sampled_from((KEY, *OTHERS)))
def test_what_is_signed_is_read_back(token: Token, key: Key) -> None:
    text = sign(token, key)
    assert verified(text, token.purpose, key, on(token.day)) == token
    assert key_id_of(text) == key.key_id
    assert sign(token, key) == text


@given(TOKENS)
def test_a_token_stands_whole_in_a_text(token: Token) -> None:
    """Mail programs leave a sign at the end of an address out, and write `=` another way."""
    assert re.fullmatch(r"[A-Za-z0-9_-]*[A-Za-z0-9]", sign(token, KEY))
    assert len(sign(token, KEY)) <= MAX_TOKEN


@given(
    TOKENS,
    st.integers(8, 90),
    st.sampled_from(["", "\n", "\r\n", "=\r\n", "=\n", " ", "\r\n ", "%0D%0A", "\u200b", "\u00ad"]),
    st.sampled_from(["", "<", "%3C", "“", " ", "("]),
    st.text(st.sampled_from(".,;:!?)>]}'\"”’»…*|`\\=&#</% \u00a0\u200b。"), max_size=4),
)
def test_a_token_is_found_however_a_mail_is_wrapped(
    token: Token, width: int, between: str, before: str, behind: str
) -> None:
    text = sign(token, KEY)
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    assert readings(f"{before}{between.join(lines)}{behind}")[0] == text


@given(TOKENS, st.sampled_from([" ", "\r\n", "%20"]), st.text(max_size=20))
def test_a_token_is_found_before_the_next_word(token: Token, blank: str, word: str) -> None:
    text = sign(token, KEY)
    found = readings(f"{text}{blank}{word}")
    assert text in found
    assert len(found) <= 2


@given(st.text(max_size=60))
def test_what_is_no_token_is_read_as_none(text: str) -> None:
    found = readings(text)
    assert 1 <= len(found) <= 2
    for one in found:
        with pytest.raises(BadToken):
            verified(one, Purpose.CONFIRM, KEY, NOON)


@given(TOKENS, st.sampled_from(OTHERS))
def test_no_other_key_takes_it(token: Token, other: Key) -> None:
    with pytest.raises(BadToken):
        verified(sign(token, KEY), token.purpose, other, on(token.day))


@given(TOKENS, st.sampled_from(Purpose))
def test_no_other_purpose_takes_it(token: Token, purpose: Purpose) -> None:
    if purpose is not token.purpose:
        with pytest.raises(BadToken):
            verified(sign(token, KEY), purpose, KEY, on(token.day))


@given(TOKENS, TOKENS)
def test_no_mac_fits_another_content(one: Token, other: Token) -> None:
    """Subject, recipient, day and what is said cannot be swapped between two tokens."""
    assert (sign(one, KEY) == sign(other, KEY)) == (one == other)


def test_no_mutation_of_a_token_is_taken() -> None:
    drawn = Random(7)
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. %\n\0ą"
    said = {"form": "ebook", "event": "0195d1c3a5b2" + "0" * 20, "purpose": "email"}
    text = sign(Token(Purpose.CONFIRM, SUBJECT, DAY, None, said), KEY)
    for _ in range(MUTATIONS):
        changed = list(text)
        for _ in range(drawn.choice((1, 1, 1, 2, 5))):
            place = drawn.randrange(len(changed))
            match drawn.randrange(5):
                case 0:
                    changed[place] = drawn.choice(signs)
                case 1:
                    changed.insert(place, drawn.choice(signs))
                case 2:
                    del changed[place]
                case 3:
                    changed[place] = changed[place].swapcase()
                case _:
                    changed.append(drawn.choice(signs))
        mutated = "".join(changed)
        if mutated != text:
            with pytest.raises(BadToken):
                verified(mutated, Purpose.CONFIRM, KEY, NOON)


@given(st.text(max_size=60))
def test_no_other_text_is_taken(text: str) -> None:
    with pytest.raises(BadToken):
        verified(text, Purpose.CONFIRM, KEY, NOON)


@pytest.mark.parametrize("purpose", [one for one in Purpose if VALID[one]])
def test_a_link_ends_with_its_time(purpose: Purpose) -> None:
    valid = VALID[purpose] or timedelta()
    text = sign(Token(purpose, SUBJECT, DAY), KEY)
    ends = on(DAY) + timedelta(days=1) + valid
    assert verified(text, purpose, KEY, ends - timedelta(milliseconds=1)).day == DAY
    with pytest.raises(Expired) as expired:
        verified(text, purpose, KEY, ends)
    assert expired.value.token == Token(purpose, SUBJECT, DAY)


def test_a_way_out_has_no_end() -> None:
    text = sign(Token(Purpose.UNSUBSCRIBE, SUBJECT, DAY), KEY)
    assert verified(text, Purpose.UNSUBSCRIBE, KEY, NOON + timedelta(days=4_000)).subject == SUBJECT


def test_a_token_that_is_too_long_is_not_made() -> None:
    with pytest.raises(ValueError, match="at most 1000 characters"):
        sign(Token(Purpose.CONFIRM, "x" * 1_000, DAY), KEY)


@pytest.mark.parametrize(
    ("secret", "salt", "info", "length", "made"),
    [
        (
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            42,
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            "0b" * 22,
            "",
            "",
            42,
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
    ids=["RFC 5869, A.1", "RFC 5869, A.3"],
)
def test_hkdf_is_that_of_the_standard(
    secret: str, salt: str, info: str, length: int, made: str
) -> None:
    given_ = {"salt": bytes.fromhex(salt), "info": bytes.fromhex(info), "length": length}
    assert hkdf(bytes.fromhex(secret), **given_).hex() == made  # type: ignore[arg-type]
