"""Addresses and campaign values are stored as people write them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlist.capture import paths


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://x.example", "/"),
        ("https://x.example?a=1", "/"),
        ("https://x.example/#top", "/"),
        ("https://x.example/pricing", "/pricing"),
        ("https://x.example/Pricing/", "/Pricing/"),
        ("https://x.example/oferta/%C5%9Bruby?a=%C5%9B#%C5%9B", "/oferta/śruby"),
        ("https://x.example/oferta/%c5%9bruby", "/oferta/śruby"),
        ("https://x.example/oferta/śruby", "/oferta/śruby"),
        ("https://x.example/o%CC%81/o\u0301", "/ó/ó"),
        ("https://x.example/gr%C3%BC%C3%9Fe", "/grüße"),
        ("https://x.example/%E4%BE%8B/%F0%9F%98%80", "/例/😀"),
        ("https://x.example/a%20b+c", "/a b+c"),
        ("https://x.example/100%25", "/100%"),
        ("https://x.example/%25C5%259B", "/%C5%9B"),  # once, not twice
        ("https://x.example/%B6ruby/%C5%9B%b6", "/%B6ruby/ś%b6"),  # not UTF-8: as it came
        ("https://x.example/%C5", "/%C5"),
        ("https://x.example/%ED%A0%80", "/%ED%A0%80"),  # half a character
        ("https://x.example/%C0%AF/%zz/%", "/%C0%AF/%zz/%"),
        ("https://x.example/a%2Fb/c%2fd", "/a%2Fb/c%2fd"),
        ("https://x.example/a%00%0A%7F%C2%85%E2%80%A8b", "/a%00%0A%7F%C2%85%E2%80%A8b"),
        ("https://x.example/a%E2%80%AEb", "/a%E2%80%AEb"),  # turns the text around
        ("https://x.example/pricing%E2%80%8B", "/pricing%E2%80%8B"),  # a blank that nobody sees
        ("https://x.example/%D9%85%DB%8C%E2%80%8C%D8%AE", "/می\u200cخ"),
        (" https://x.example/a ", "/a"),
        ("https://x.example//a///b//", "/a/b/"),
        ("https://x.example/a;jsessionid=1F/b;v=2?x;y", "/a/b"),
        ("https://x.example/a;jsessionid=1F", "/a"),
        ("https://x.example/;jsessionid=1F", "/"),
        ("https://x.example/a%3Bb", "/a;b"),
        ("https://x.example/a/./b/../c", "/a/c"),
        ("https://x.example/a/%2e/b/%2E%2e/c", "/a/c"),
        ("https://x.example/a/b/..", "/a/"),
        ("https://x.example/a/.", "/a/"),
        ("https://x.example/../../a", "/a"),
        ("https://x.example/a/.b/c..", "/a/.b/c.."),
        ("/pricing//x", "/pricing/x"),
        ("https://x.example/a\\b\\..\\c", "/a/c"),
    ],
)
def test_the_path_of_an_address(url: str, path: str) -> None:
    assert paths.page_path(url) == path


@pytest.mark.parametrize(
    ("url", "readable"),
    [
        (
            "https://x.example/%C5%9Bruby//a;s=1/?q=%C5%9B%26b&c=1+1#%C5%9B",
            "https://x.example/śruby/a/?q=ś%26b&c=1+1#ś",
        ),
        ("https://x.example/a%3Fb%23c%2541%3D", "https://x.example/a%3Fb%23c%2541%3D"),
        ("https://x.example", "https://x.example"),
        ("android-app://com.google.android.gm/", "android-app://com.google.android.gm/"),
        ("http://[", "http://["),
    ],
)
def test_a_readable_address_is_an_address_still(url: str, readable: str) -> None:
    assert paths.readable_url(url) == readable
    assert paths.readable_url(readable) == readable


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("Wiosna 2026", "Wiosna 2026"),
        ("Wiosna%202026", "Wiosna 2026"),
        (" Wiosna ", "Wiosna"),
        ("zima+lato", "zima+lato"),  # a script has decoded it: a plus is a plus
        ("zima%2Blato", "zima+lato"),
        ("%C5%82%C3%B3d%C5%BA+lato", "łódź lato"),
        ("%C5%82%C3%B3d%C5%BA+lato%2B", "łódź lato+"),
        ("a+b%20c", "a+b c"),
        ("100%", "100%"),
        ("50%25", "50%"),
        ("%B3", "%B3"),
        ("a%00", "a%00"),
        ("o\u0301", "ó"),
        ("\u200bwiosna\ufeff", "wiosna"),
    ],
)
def test_a_campaign_is_called_what_its_author_called_it(sent: str, value: str) -> None:
    assert paths.campaign(sent) == value


def test_the_name_of_a_file_is_one_name() -> None:
    assert paths.file_name("Cennik%20%C5%82o%CC%81%C5%BCek%2F1.pdf") == "Cennik łóżek%2F1.pdf"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_address_gives_a_path_of_composed_text_or_an_error(before: str, after: str) -> None:
    try:
        path = paths.page_path(f"https://x.example/{before}%C5%9B/%{after}")
    except ValueError:
        return
    assert path.startswith("/")
    assert "//" not in path
    assert unicodedata.is_normalized("NFC", path)


def test_accents_without_end_do_not_take_time_without_end() -> None:
    text = "a" + "\u0301\u0323" * 30_000
    assert paths.composed(text) == text
