"""What shows nothing is stripped at either end; what shapes letters stays inside a word."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotlist.events import visible

HIDDEN = [
    *"\x00\t\n\x1f \x7f\x85\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b\u180f",
    *"\u180e\u2000\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u202f\u205f\u2060",
    *"\u2064\u2065\u2066\u2069\u206a\u206f\u2800\u3000\u3164\ufe00\ufe0f\ufeff\uffa0\ufff0\ufff8\ufff9",
    *"\ud800\udfff\U0001bca0\U0001d173\U0001d17a\U000e0001\U000e0020\U000e007f\U000e0100\U000e01ef\U000e0fff",
]
SEEN = [*"aŻ0.-_'\u0300\u0600\u06dd\u070f\u08e2\u1100\u1161\u3131李\U000110bd\U0001f600\ue000"]
pads = st.text(st.sampled_from(HIDDEN), max_size=5)
words = st.text(st.characters(codec="utf-8"), max_size=8).map(lambda text: f"a{text}z")


@pytest.mark.parametrize("character", HIDDEN, ids=ascii)
def test_a_hidden_character_alone_is_nothing(character: str) -> None:
    assert visible.is_hidden(character)
    assert visible.trimmed(character * 3) == ""
    assert visible.one_line(character * 3) == ""


@pytest.mark.parametrize("character", SEEN, ids=ascii)
def test_a_seen_character_stays(character: str) -> None:
    assert not visible.is_hidden(character)
    assert visible.trimmed(f" {character}\u200b") == character


@given(pads, words, pads)
def test_what_is_hidden_goes_at_either_end_and_nothing_else(a: str, word: str, b: str) -> None:
    assert visible.trimmed(a + word + b) == word


@given(pads)
def test_hidden_characters_together_are_nothing(pad: str) -> None:
    assert visible.trimmed(pad) == visible.one_line(pad) == ""


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_judged_like_all_else(text: str) -> None:
    # The letter behind takes the text off the fast way for ASCII.
    assert visible.trimmed(text) == visible.trimmed(f"{text}|Ż").removesuffix("|Ż").rstrip(
        "".join(map(chr, (*range(33), 127)))
    )


@given(st.text())
@example("a\u200d \u200db")
@example("\u200d\u202e")
def test_a_line_is_one_line_that_shows_what_it_says(text: str) -> None:
    line = visible.one_line(text)
    assert visible.one_line(line) == line
    assert line == visible.trimmed(line)
    assert "  " not in line
    line.encode()
    bad = {"Cc", "Cs", "Zl", "Zp"}
    assert not bad & {unicodedata.category(c) for c in line}
    assert all(c.isprintable() or c in "\u200c\u200d" or not visible.is_hidden(c) for c in line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\U0001f469\u200d\U0001f467", "\U0001f469\u200d\U0001f467"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("\u2764\ufe0f\u200b", "\u2764\ufe0f"),
        ("辻\U000e0100", "辻\U000e0100"),
        ("Ada\ufe0f", "Ada"),
        ("\u202eadA\u202c", "adA"),
        ("Ad\u200ba\u2060 \u2066B\u2069", "Ada B"),
        ("A\u00adda", "Ada"),
        ("Ada\r\nBcc: x\u2028y", "Ada Bcc: x y"),
        ("A \u200d\u200b B", "A B"),
        ("\u200dAda\u200d \u200cB", "Ada B"),
        ("A\ud800da", "Ada"),
    ],
    ids=ascii,
)
def test_a_name_keeps_what_shapes_it(text: str, line: str) -> None:
    assert visible.one_line(text) == line
