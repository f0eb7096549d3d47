"""The pages of plain forms: what they show, in whose language, and what is sent from them."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.capture import form_page
from hotlist.capture.form_page import Visitor
from hotlist.capture.form_texts import TEXTS
from hotlist.config.forms_schema import compile_forms

CONFIG = Path(__file__).parents[1] / "config" / "forms.yaml"
FORM: dict[str, Any] = {
    "honeypot": "hp_confirm",
    "fields": {
        "name": {
            "type": "text",
            "required": True,
            "label": {"en": "Your name", "pl": "Kim jesteś"},
        },
        "email": {"type": "email", "help": {"en": "We answer there.", "pl": "Tam odpowiemy."}},
        "phone": {"type": "phone"},
        "size": {"type": "integer"},
        "role": {"type": "choice", "options": ["director", "other"]},
        "terms": {"type": "boolean", "required": True},
        "message": {"type": "message"},
    },
    "consents": {"email": {"version": "1", "text": {"en": "News?", "de": "Neues?"}}},
}
TYPED = {
    "name": 'A "quoted" <b>',
    "email": "ada@",
    "phone": "later",
    "size": "many",
    "role": "other",
    "terms": "on",
    "message": "\nHi\n",
    "consent_email": "yes",
}
ENGLISH = Visitor(("en",))


class Page(HTMLParser):
    """What a browser finds in a page: its elements, and what its form would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.sent: dict[str, str] = {}
        self.text = ""
        self._textarea = self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.elements.append((tag, said))
        if tag == "input" and (said["type"] != "checkbox" or "checked" in said):
            self.sent[said["name"]] = said["value"]
        elif tag == "textarea":
            self._textarea = said["name"]
        elif tag == "select":
            self._select = said["name"]
            self.sent[self._select] = ""
        elif tag == "option" and "selected" in said:
            self.sent[self._select] = said["value"]

    def handle_endtag(self, tag: str) -> None:
        self._textarea = "" if tag == "textarea" else self._textarea

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._textarea:
            self.sent[self._textarea] = data.removeprefix("\n")

    def by_id(self, name: str) -> dict[str, str]:
        (found,) = [said for _, said in self.elements if said.get("id") == name]
        return found


def again(
    raw: dict[str, Any], *wrong: str, form: dict[str, Any] = FORM, who: Visitor = ENGLISH
) -> Page:
    return Page(form_page.again(form, raw, {name: f"{name} is wrong" for name in wrong}, who))


def test_a_form_is_shown_with_what_was_typed() -> None:
    expected = TYPED | {"message": "Hi", "terms": "true", "consent_email": "true"}
    assert again(TYPED, "email").sent == expected


def test_what_was_not_ticked_or_chosen_is_not() -> None:
    sent = again({"role": "", "terms": "no", "consent_email": "0"}, "role").sent
    assert (sent["role"], sent["terms"]) == ("", "false")
    assert "consent_email" not in sent


@pytest.mark.parametrize("name", [*FORM["fields"], "consent_email"])
def test_each_fault_stands_beside_its_field_and_in_the_summary(name: str) -> None:
    page = again(TYPED, name)
    control = page.by_id(f"f-{name}")
    assert control["aria-invalid"] == "true"
    described = control["aria-describedby"].split()
    assert described[-1] == f"e-{name}"
    for one in described:
        assert page.by_id(one)
    assert [said["href"] for tag, said in page.elements if tag == "a"] == [f"#f-{name}"]
    assert page.text.count(f"{name} is wrong") == 2
    others = [said for _, said in page.elements if said.get("id", "").startswith("f-")]
    assert sum("aria-invalid" in said for said in others) == 1


def test_the_summary_has_the_focus_and_is_announced() -> None:
    page = again(TYPED, "email")
    summary = page.by_id("faults")
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
    assert "autofocus" in summary
    assert "Error: Please have another look" in page.text


def test_a_fault_of_nothing_that_is_shown_is_in_the_summary() -> None:
    page = again(TYPED, "files")
    assert "Files: files is wrong" in page.text
    assert not [said for tag, said in page.elements if tag == "a"]


def test_every_control_has_a_label_and_every_id_is_one() -> None:
    page = again(TYPED, *FORM["fields"])
    ids = [said["id"] for _, said in page.elements if "id" in said]
    assert len(ids) == len(set(ids))
    labelled = {said["for"] for tag, said in page.elements if tag == "label"}
    controls = {
        said["id"]
        for tag, said in page.elements
        if tag in ("input", "select", "textarea") and said.get("type") != "hidden"
    }
    assert labelled == controls


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("email", "type", "email"),
        ("phone", "type", "tel"),
        ("size", "inputmode", "numeric"),
        ("terms", "type", "checkbox"),
        ("email", "autocomplete", "email"),
        ("name", "autocomplete", "name"),
    ],
)
def test_inputs_are_of_the_kind_of_their_field(name: str, kind: str, said: str) -> None:
    assert again(TYPED, "email").by_id(f"f-{name}")[kind] == said


def test_a_field_of_several_answers_has_a_box_for_each() -> None:
    spec = {"type": "choices", "options": {"a": {"en": "Roofs", "pl": "Dachy"}, "b": "Heat"}}
    form = {"fields": {"topics": spec}}
    page = again({"topics": ["b"]}, "topics", form=form)
    boxes = [said for _, said in page.elements if said.get("type") == "checkbox"]
    assert [(one["value"], "checked" in one) for one in boxes] == [("a", False), ("b", True)]
    assert "Roofs" in page.text


@pytest.mark.parametrize("kind", ["choice", "choices"])
def test_what_is_no_option_is_shown_again_with_its_fault(kind: str) -> None:
    """So it is not lost unseen, if somebody sends the form again without a look at the field."""
    form = {"fields": {"topics": {"type": kind, "options": ["a", "b"]}}}
    page = again({"topics": "<king>"}, "topics", form=form)
    assert page.sent == {"topics": "<king>"}
    assert "<king>" in page.text
    assert "topics is wrong" in page.text


def test_a_page_shows_so_many_answers_that_are_no_options() -> None:
    form = {"fields": {"topics": {"type": "choices", "options": ["a"]}}}
    said = ["a", *(f"{n}" + "x" * 1_000 for n in range(3_000))]
    page = again({"topics": said}, "topics", form=form)
    boxes = [said["value"] for _, said in page.elements if said.get("type") == "checkbox"]
    assert len(boxes) == 1 + 20
    assert {len(one) for one in boxes} == {1, 200}


def test_a_box_says_that_what_was_sent_for_it_could_not_be_read() -> None:
    unread = TEXTS["en"]["unread"]
    form = FORM | {"fields": FORM["fields"] | {"news": {"type": "boolean"}}}
    raw = TYPED | {"consent_email": "perhaps", "news": "if you must"}
    page = again(raw, "email", form=form)
    assert page.text.count(unread) == 4  # at the top and beside each box
    assert page.text.count("News?: ") == 1
    for name in ("consent_email", "news"):
        assert f"e-{name}" in page.by_id(f"f-{name}")["aria-describedby"]
        assert name not in page.sent
    assert again(TYPED, "email").text.count(unread) == 0
    later = again(raw, form=form)
    assert later.text.count(unread) == 2
    polish = again(raw, "email", form=form, who=Visitor(("pl",)))
    assert polish.text.count(TEXTS["pl"]["unread"]) == 4


@pytest.mark.parametrize(
    ("kind", "said", "shown"),
    [
        ("choices", "a, Heat", {"a", "b"}),
        ("choices", ["Dachy", True, None, {"x": 1}], {"a"}),
        ("choices", True, set()),
        ("choice", "Roofs", {"a"}),
        ("choice", ["a", "b"], {"b"}),
    ],
)
def test_the_options_that_were_meant_are_chosen_again(kind: str, said: Any, shown: Any) -> None:
    spec = {"type": kind, "options": {"a": {"en": "Roofs", "pl": "Dachy"}, "b": "Heat"}}
    page = again({"topics": said}, "topics", form={"fields": {"topics": spec}})
    marks = {"checked", "selected"}
    assert {one["value"] for _, one in page.elements if marks & one.keys()} == shown


def test_what_the_page_itself_had_set_is_set_again() -> None:
    spec = {"type": "hidden", "options": ["basic", "pro"]}
    page = again({"plan": "pro"}, form={"fields": {"plan": spec}})
    assert page.sent == {"plan": "pro"}


def test_the_form_goes_where_it_came_from_with_what_went_with_it_unseen() -> None:
    raw = TYPED | {
        "event_id": "k1",
        "visitor_id": "v1",
        "page_url": "https://www.example.com/?a=1&b=2",
        "gclid": "g",
        "sent_at": "2026-03-02T09:00:00Z",
        "undeclared": "nobody's",
    }
    page = again(raw, "email")
    (form,) = [said for tag, said in page.elements if tag == "form"]
    assert (form["method"], form["accept-charset"], "action" in form) == ("post", "utf-8", False)
    kept = {name: raw[name] for name in ("event_id", "visitor_id", "page_url", "gclid")}
    assert kept.items() <= page.sent.items()
    assert page.sent.keys() == {*FORM["fields"], "consent_email", *kept}
    assert "nobody" not in page.text


@pytest.mark.parametrize(("trap", "is_kept"), [("x", True), (" ", False), (None, False)])
def test_what_was_caught_stays_caught(trap: object, is_kept: bool) -> None:
    assert ("hp_confirm" in again(TYPED | {"hp_confirm": trap}, "email").sent) is is_kept


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*TYPED, "event_id", "page_url"]), st.text(), max_size=5))
def test_no_text_leaves_its_field(raw: dict[str, str]) -> None:
    texts = {
        name: value + '"><script>x</script></textarea><img src=x>' for name, value in raw.items()
    }
    page = again(texts, *raw)
    plain = again(dict.fromkeys(raw, "x"), *raw)
    tags = [tag for tag, said in page.elements if said.get("type") != "hidden"]
    assert tags == [tag for tag, said in plain.elements if said.get("type") != "hidden"]


# --- whose language ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "own", "language"),
    [
        ("pl-PL,pl;q=0.9,en;q=0.8", None, "pl"),
        ("en;q=0.5, de-AT;q=0.7", None, "de"),
        ("fr,uk;q=0.9,pl;q=0.1", None, "pl"),
        ("pl;q=0,de;q=0.1", None, "de"),
        ("pl;q=2,de;q=0.1", None, "de"),
        ("en", "pl-PL", "pl"),
        ("de", "tlh", "de"),
        ("de", ["", "pl"], "pl"),
        ("de", {"a": 1}, "de"),
        ("", None, "en"),
        ("*", None, "en"),
        (";;,;q=,\x00", "\ud800", "en"),
        ("de," * 5000, None, "de"),
    ],
)
def test_a_page_is_in_the_language_of_its_visitor(
    accepted: str, own: object, language: str
) -> None:
    who = form_page.visitor({"accept-language": accepted}, {"language": own})
    assert who.frame == language
    assert f'<html lang="{language}">' in form_page.thanks(FORM, who)


def test_texts_of_the_form_are_in_the_best_language_that_it_has() -> None:
    polish = again(TYPED, "email", who=Visitor(("pl",)))
    assert "Kim jesteś" in polish.text
    assert "Tam odpowiemy." in polish.text
    assert "Telefon" in polish.text
    assert "News?" in polish.text
    assert "Neues?" in again(TYPED, "email", who=Visitor(("de", "en"))).text


def test_a_file_gives_pages_another_language_if_it_has_all_their_texts() -> None:
    pages = {name: f"{name} cz" for name in TEXTS["en"] if name.startswith("page_")}
    headers = {"accept-language": "cs,pl;q=0.5"}

    def shown(texts: dict[str, str]) -> Visitor:
        return form_page.visitor(headers, {}, {"messages": {"cs": texts}})

    whole = shown(pages | {"required": "Vyplňte"})
    assert whole.frame == "cs"
    page = again(TYPED, "email", who=whole)
    assert "page_again cz" in page.text
    assert "Vyplňte" not in page.text
    part = {name: text for name, text in pages.items() if name != "page_send"}
    assert shown(part).frame == "pl"


def test_a_file_changes_the_words_of_a_page() -> None:
    form = FORM | {"messages": {"pl": {"page_send": "Ślij", "label_phone": "Komórka"}}}
    who = form_page.visitor({"accept-language": "pl"}, {}, form)
    page = again(TYPED, "email", form=form, who=who)
    assert "Ślij" in page.text
    assert "Komórka" in page.text
    assert "Telefon" not in page.text


@pytest.mark.parametrize(
    ("thanks", "text"),
    [
        (None, "We have received what you sent."),
        ("Come <again>\n\nsoon", "Come <again>\nsoon"),
        ({"pl": "Dzięki", "en": "Cheers"}, "Cheers"),
    ],
)
def test_a_form_says_thank_you_in_its_own_words(thanks: object, text: str) -> None:
    page = Page(form_page.thanks({"thanks": thanks}, ENGLISH))
    assert "Thank you" in page.text
    assert text in page.text


@pytest.mark.parametrize(
    ("status", "own"), [(403, "other_site"), (404, "unknown"), (413, "too_long"), (400, "damaged")]
)
def test_a_refusal_tells_the_visitor_and_the_maker_of_the_page(status: int, own: str) -> None:
    page = Page(form_page.refused(status, "For <developers>.", Visitor(("pl",))))
    assert TEXTS["pl"][f"page_{own}"] in page.text
    assert "For <developers>." in page.text


def test_a_form_that_was_not_stored_is_shown_without_faults() -> None:
    page = again(TYPED)
    assert TEXTS["en"]["page_later"] in page.text
    assert "Error:" not in page.text
    assert page.sent["email"] == "ada@"


@pytest.mark.parametrize(
    ("target", "to"),
    [
        (None, "'self'"),
        ("https://www.example.com/a", "'self' https:"),
        ("http://www.example.com", "'self' https: http:"),
        ({"en": "https://a.example", "pl": "http://a.example"}, "'self' https: http:"),
    ],
)
def test_a_page_runs_nothing_loads_nothing_and_is_in_no_frame(target: object, to: str) -> None:
    pages: dict[str, Any] = {"redirect_url": target} if target else {}
    if isinstance(target, dict):
        pages = {"redirect_url": target["en"], "redirect_urls": target}
    rules = form_page.policy(FORM | pages)
    said = dict(rule.split(" ", 1) for rule in rules.split("; "))
    style = said.pop("style-src")
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", style)
    assert said == {
        "default-src": "'none'",
        "form-action": to,
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("name", ["contact", "ebook", "webinar"])
def test_the_shipped_forms_are_shown(name: str) -> None:
    form = compile_forms(CONFIG.read_text("utf-8"))[name]
    page = again({}, "email", form=form)
    assert {f"f-{field}" for field in form["fields"]} <= {
        said.get("id") for _, said in page.elements
    }
