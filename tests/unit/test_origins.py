"""Origins are stored as browsers send them, or refused with what to write."""

import re

import pytest

from hotlist.capture.origins import listed, normalise_origin


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("HTTPS://WWW.Example.COM", "https://www.example.com"),
        (" https://www.example.com/ ", "https://www.example.com"),
        ("https://www.example.com:443", "https://www.example.com"),
        ("https://www.example.com:0443/", "https://www.example.com"),
        ("https://www.example.com:", "https://www.example.com"),
        ("http://www.example.com:80", "http://www.example.com"),
        ("https://www.example.com:80", "https://www.example.com:80"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://[2001:DB8:0::1]:443", "https://[2001:db8::1]"),
        ("http://[::FFFF:192.168.0.1]", "http://[::ffff:c0a8:1]"),
        ("https://żółw.example", "https://xn--w-uga1v8h.example"),
        ("https://ŻÓŁW.example:8443/", "https://xn--w-uga1v8h.example:8443"),
        ("https://z\u0307o\u0301łw.example", "https://xn--w-uga1v8h.example"),
        ("https://my_shop.example.com", "https://my_shop.example.com"),
    ],
)
def test_an_origin_is_as_browsers_send_it(written: str, sent: str) -> None:
    assert normalise_origin(written) == sent
    assert normalise_origin(sent) == sent


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("shop.example.com", "write https://shop.example.com"),
        ("//www.example.com/a", "write https://www.example.com"),
        ("ftp://www.example.com", "write https://www.example.com"),
        ("https://www.example.com/shop", "no path, query or user; write https://www.example.com"),
        ("https://www.example.com?a=1", "write https://www.example.com"),
        ("https://me:pw@www.example.com", "write https://www.example.com"),
        ("*", "without *"),
        ("https://*.example.com", "in full"),
        ("https://www..example.com", "host that can be none"),
        ("https://-a.example", "host that can be none"),
        ("https://a b.example", "write https://www.example.com"),
        ("https://www.example.com:99999", "65535"),
        ("https://www.example.com:-1", "write https://www.example.com"),
        ("https://www.example.com:443:443", "write https://www.example.com"),
        ('"https://www.example.com"', "write https://www.example.com"),
        ("https://a.example https://b.example", "write https://b.example"),
        ("https://[::z]", "write https://www.example.com"),
        ("https://[1::2::3]", "IPv6"),
        ("https://\u200b.example", "host that can be none"),
        ("null", "write https://www.example.com"),
        ("", "write https://www.example.com"),
        ("https://", "write https://www.example.com"),
    ],
)
def test_what_no_browser_sends_is_refused_with_what_to_write(written: str, hint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(hint) + r"(?![^\s;])"):
        normalise_origin(written)


def test_blanks_after_commas_lose_none() -> None:
    text = "https://a.example, https://B.example/ ,\thttps://c.example:443,,"
    assert listed(text) == {"https://a.example", "https://b.example", "https://c.example"}
