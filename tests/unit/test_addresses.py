"""The addresses to which links of mails may lead."""

from typing import Any

import pytest

from hotlist.links.addresses import addresses, name_of

FORM: dict[str, Any] = {
    "fields": {"site": {"type": "url", "label": "Like https://field.example/"}},
    "reward": {"kind": "video", "url": "https://video.example/1", "title": {"en": "No URL"}},
    "redirect_url": "https://www.example.com/en",
    "redirect_urls": {"en": "https://www.example.com/en", "pl": "https://www.example.com/pl"},
    "receipt": {
        "subject": {"en": "Hi"},
        "text": {
            "en": "See https://a.example/x?y=1&z=(2), or (https://b.example/). Bye <https://c.example>",
            "pl": "Nic",
        },
    },
    "mail": {"reward": {"text": {"en": "http://d.example/path."}}},
    "thanks": "https://thanks.example/",
}


def test_they_are_those_of_the_reward_the_next_page_and_the_mails() -> None:
    assert set(addresses(FORM).values()) == {
        "https://video.example/1",
        "https://www.example.com/en",
        "https://www.example.com/pl",
        "https://a.example/x?y=1&z=(2)",
        "https://b.example/",
        "https://c.example",
        "http://d.example/path",
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://en.wikipedia.org/wiki/Roof_(form)", "https://en.wikipedia.org/wiki/Roof_(form)"),
        ("(see https://w.example/Roof_(form)).", "https://w.example/Roof_(form)"),
        ("(https://a.example/x)", "https://a.example/x"),
        ("[https://a.example/x[1]]", "https://a.example/x[1]"),
        ("(https://a.example/(x).)", "https://a.example/(x)"),
        ("„https://a.example/x”", "https://a.example/x"),
        ("»https://a.example/x«!", "https://a.example/x"),
        ("https://a.example/x…", "https://a.example/x"),
        ("https://a.example/?q=a.b;c", "https://a.example/?q=a.b;c"),
        ("https://...", None),
        ("https://)", None),
    ],
)
def test_an_address_ends_where_the_sentence_goes_on(text: str, found: str | None) -> None:
    form = {"receipt": {"subject": {"en": "Hi"}, "text": {"en": text}}}
    assert [*addresses(form).values()] == ([found] if found else [])


def test_each_has_a_name_that_says_nothing_of_it() -> None:
    for name, address in addresses(FORM).items():
        assert name == name_of(address)
        assert len(name) == 16
        assert name.isalnum()


def test_a_form_may_name_none() -> None:
    assert addresses({"fields": {}}) == {}
