"""Mails of messages: what the form does not declare, several choices, and a form that was tried."""

from dataclasses import replace

import pytest

from hotlist.mail import render, texts
from letters_of_forms import ANNA, asked


def test_what_no_form_declares_stands_at_the_end_under_the_names_that_were_sent() -> None:
    extra = {"shoe": "43", "address[street]": "Miła 2\nWarszawa", "a\nb": "<b>", "terms": "perhaps"}
    said = {"form": "contact"}
    texts_: dict[str, object] = {"message": "Hi", "extra": extra}
    event = replace(asked(), properties=said, texts=texts_)
    mail = render.message(event, {"terms": "Regulamin", "message": "Treść"}, ANNA)
    told = (
        f"{texts.TEXTS['pl']['undeclared']}: shoe: 43\naddress[street]: Miła 2 Warszawa\na b: <b>"
    )
    assert told in mail.text
    assert mail.text.index("Treść: Hi") < mail.text.index(told)
    assert "a b: &lt;b&gt;" in mail.html
    assert "<b>" not in mail.html
    without = replace(event, texts={"message": "Hi", "extra": {"terms": "perhaps"}})
    told = texts.TEXTS["pl"]["undeclared"]
    assert told not in render.message(without, {"terms": "Regulamin"}, ANNA).text


def test_several_choices_are_read_as_a_list() -> None:
    event = replace(asked(), properties={"form": "contact", "topics": ["roof", "walls"], "n": 2.5})
    mail = render.message(event, {"topics": "Topics", "n": "Number"}, ANNA)
    assert "Topics: roof, walls" in mail.text
    assert "Number: 2.5" in mail.text


@pytest.mark.parametrize("language", ["en", "pl", "de"])
def test_the_mail_of_a_test_says_so(language: str) -> None:
    reader = replace(ANNA, language=language)
    real = render.message(asked("ada@example.org"), {}, reader)
    tried = asked("ada@example.org")
    tried = replace(tried, properties={**tried.properties, "hotlist_test": True})
    mail = render.message(tried, {}, reader)
    assert mail.subject == f"TEST: {real.subject}"
    said = texts.TEXTS[language]["test"]
    assert "TEST" in said
    assert said in mail.html
    assert said in mail.text
    assert "TEST" not in f"{real.subject}{real.html}{real.text}"
