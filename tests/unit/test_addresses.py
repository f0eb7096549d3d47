"""The addresses to which links of mails may lead."""

from typing import Any

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
        "https://a.example/x?y=1&z=(2",
        "https://b.example/",
        "https://c.example",
        "http://d.example/path",
    }


def test_each_has_a_name_that_says_nothing_of_it() -> None:
    for name, address in addresses(FORM).items():
        assert name == name_of(address)
        assert len(name) == 16
        assert name.isalnum()


def test_a_form_may_name_none() -> None:
    assert addresses({"fields": {}}) == {}
