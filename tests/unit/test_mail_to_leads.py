"""What forms.yaml says of mails to leads and of rewards: what the build refuses and makes."""

import re

import pytest

from hotlist.config.forms_schema import check_forms, compile_forms
from hotlist.config.mail_to_leads_schema import MOST_CONFIRMED, FileFacts
from hotlist.store.to_leads import MOST_A_DAY
from mailing_forms import FORM, MEETING, SHA, assert_said, found, refused


def test_what_the_functions_read() -> None:
    form = compile_forms(FORM, look=found)["guide"]
    assert form["consents"]["email"]["confirm"] is True
    assert form["receipt"]["subject"] == {"en": "We have it", "pl": "Mamy to"}
    assert form["reward"] == {
        "id": "guide",
        "kind": "file",
        "title": {"en": "The guide", "pl": "Poradnik"},
        "deliver": "mail",
        "file": "rewards/guide.pdf",
        "name": "The guide.pdf",
        "sha256": SHA,
        "object": f"rewards/guide/{SHA}",
    }
    assert form["mail"] == {
        "confirm": {
            "subject": {"en": "Confirm", "pl": "Potwierdź"},
            "note": {"en": "Bye", "pl": "Pa"},
        },
        "reward": {"text": {"en": "Here", "pl": "Oto"}, "button": {"en": "Get", "pl": "Weź"}},
    }


def test_an_id_stays_when_the_file_changes_and_its_object_does_not() -> None:
    one, other = (
        compile_forms(FORM, look=look)["guide"]["reward"]
        for look in (found, lambda _: FileFacts("22"))
    )
    assert one["id"] == other["id"]
    assert one["object"] != other["object"]


def test_an_invitation_has_its_instants_in_utc_and_its_file() -> None:
    reward = compile_forms(MEETING)["talk"]["reward"]
    event = reward["event"]
    assert (reward["kind"], reward["deliver"]) == ("invitation", "page")
    assert event["uid"] == "roofs-1@example.com"
    assert event["starts"] == "2026-12-10T10:00:00+00:00"
    assert event["ends"] == "2026-12-10T11:00:00+00:00"
    assert event["summary"] == {"en": "Roofs"}
    assert event["organizer"] == {"name": "Ann Lee", "email": "ann@example.com"}
    assert "DTSTART;TZID=Europe/Warsaw:20261210T110000\r\n" in event["ics"]["en"]
    assert "SEQUENCE:2\r\n" in event["ics"]["en"]


@pytest.mark.parametrize("kind", ["address", "video"])
def test_a_page_is_a_reward(kind: str) -> None:
    text = re.sub(r"file: .*\n    name: .*", f"{kind}: https://www.example.com/a", FORM)
    reward = compile_forms(text)["guide"]["reward"]
    assert (reward["kind"], reward["url"]) == (kind, "https://www.example.com/a")


def test_a_form_without_languages_takes_plain_texts() -> None:
    reward = compile_forms(MEETING)["talk"]["reward"]
    assert reward["title"] == {"en": "Roofs"}
    polish = MEETING.replace("  fields:", "  thanks: {pl: Dzięki}\n  fields:")
    assert compile_forms(polish)["talk"]["reward"]["title"] == {"pl": "Roofs"}


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        # a reward is free
        (", confirm: true}", ", required: true}", "7 guide.consents.email", "none is required"),
        ("deliver: mail", "consent: email", "11 guide.reward", "no reward has `consent`"),
        (
            "plan: {type: choice, options: [a, b]}",
            "agree: {type: boolean, required: true, label: {en: Newsletter, pl: Zgoda}}",
            "5 guide.fields.agree.required",
            "a reward may not demand one",
        ),
        (
            "plan: {type: choice, options: [a, b]}",
            "news: {type: choice, required: {if: {email: [a@b.example]}}, options: [yes please]}",
            "5 guide.fields.news.required",
            "a reward may not demand one",
        ),
        # what a reward is
        (
            "    file: rewards/guide.pdf\n    name: The guide.pdf\n",
            "",
            "11 guide.reward",
            "exactly one",
        ),
        (
            "    name: The",
            "    video: https://a.example/\n    name: The",
            "11 guide.reward",
            "exactly one",
        ),
        (
            "file: rewards/guide.pdf",
            "address: https://a.example/",
            "11 guide.reward",
            "`name` is that of a file",
        ),
        ("rewards/guide.pdf", "../guide.pdf", "12 guide.reward.file", "without .."),
        ("rewards/guide.pdf", "/etc/passwd", "12 guide.reward.file", "below the folder"),
        ("rewards/guide.pdf", "a/../../guide.pdf", "12 guide.reward.file", "without .."),
        ("rewards/guide.pdf", "a\\b.pdf", "12 guide.reward.file", "below the folder"),
        ("The guide.pdf", "a/b.pdf", "13 guide.reward.name", "the name of a file"),
        ("The guide.pdf", '"a\\r\\nb.pdf"', "13 guide.reward.name", "the name of a file"),
        ("deliver: mail", "deliver: post", "15 guide.reward.deliver", "'page' or 'mail'"),
        # languages
        (
            "{en: The guide, pl: Poradnik}",
            "{en: The guide}",
            "14 guide.reward.title",
            "write this one in pl too",
        ),
        ("{en: The guide, pl: Poradnik}", "The guide", "14 guide.reward.title", "in en, pl too"),
        (
            "{en: We have it, pl: Mamy to}",
            "{en: x, pl: y, cs: z}",
            "9 guide.receipt.subject",
            "in cs; leave it out",
        ),
        ("{en: Get, pl: Weź}", "{en: Get}", "18 guide.mail.reward.button", "in pl too"),
        ("{en: Bye, pl: Pa}", "{english: Bye}", "17 guide.mail.confirm.note", "no language"),
        # texts
        (
            "{en: We have it, pl: Mamy to}",
            '{en: "a\\nb", pl: c}',
            "9 guide.receipt.subject",
            "one line",
        ),
        (
            "{en: We have it, pl: Mamy to}",
            '{en: " ", pl: c}',
            "9 guide.receipt.subject",
            "is empty",
        ),
        (
            "Dzień dobry",
            "x" * 5001,
            "10 guide.receipt.text",
            "5,001 characters; write at most 5,000",
        ),
        ("Dzień dobry", "\\u0007", "10 guide.receipt.text", "control characters"),
        (
            "https://www.example.com/next",
            "http://www.example.com/next",
            "10 guide.receipt.text",
            "https://",
        ),
        ("Dzień dobry", "Dzień dobry {name}", "10 guide.receipt.text", "'{name}' would be mailed"),
        ("Mamy to", "'{{ first_name }}'", "9 guide.receipt.subject", "without it"),
        (
            "confirm: true}",
            "confirm: true}\n"
            + "".join(
                f'    p{n}: {{version: "1", text: P{n}, confirm: true}}\n' for n in (1, 2, 3)
            ),
            "10 guide.consents.p3.confirm",
            "3 confirmations a day",
        ),
        ("    subject: {en: We have it, pl: Mamy to}\n", "", "8 guide.receipt.subject", "required"),
        # mails that are never sent, or to nobody
        (", confirm: true", "", "17 guide.mail.confirm", "a consent has `confirm: true`"),
        ("deliver: mail", "deliver: page", "18 guide.mail.reward", "a reward has `deliver: mail`"),
        (
            "reward: {text: {en: Here, pl: Oto}, button: {en: Get, pl: Weź}}",
            "reward: {}",
            "18 guide.mail.reward",
            "or leave it out",
        ),
        (
            "{type: email, required: true}",
            "{type: email, requird: true}",
            "4 guide.fields.email.requird",
            "no such key",
        ),
        (
            "email: {type: email, required: true}",
            "phone: {type: phone}",
            "3 guide.fields",
            "no e-mail address",
        ),
    ],
)
def test_what_is_refused_with_its_place_and_what_to_do(
    old: str, new: str, place: str, reason: str
) -> None:
    assert old in FORM
    said = refused(FORM.replace(old, new, 1))
    assert_said(said, place, reason)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.example.com/a",
        "HTTP://www.example.com/a",
        "javascript:x",
        "//x.example/",
        "https://",
        "https:///a",
        "https://a b",
        "https://me@x.example/",
        "ftp://x.example",
        "https://x.example/" + "a" * 2_000,
    ],
)
@pytest.mark.parametrize("kind", ["address", "video"])
def test_an_address_is_https_and_one(kind: str, url: str) -> None:
    text = re.sub(r"file: .*\n    name: .*", f'{kind}: "{url}"', FORM)
    said = refused(text)
    assert (
        f"12:{8 + len(kind) - 1}: guide.reward.{kind}: " in said or f"guide.reward.{kind}: " in said
    )
    assert ("https: instead" if url.lower().startswith("http:") else "address of a page") in said


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ("Europe/Warsaw", "Europe/Warszawa", "11 talk.reward.invitation.zone", "not a time zone"),
        (
            "starts: 2026-12-10T11:00",
            "starts: 2026-03-29T02:30",
            "6 talk.reward.invitation",
            "never show 2026-03-29T02:30",
        ),
        (
            "ends: 2026-12-10T12:00",
            "ends: 2027-03-28T02:00",
            "6 talk.reward.invitation",
            "never show 2027-03-28T02:00",
        ),
        (
            "starts: 2026-12-10T11:00",
            "starts: 2026-10-25T02:00",
            "6 talk.reward.invitation",
            "show 2026-10-25T02:00 twice",
        ),
        (
            "ends: 2026-12-10T12:00",
            "ends: 2026-12-10T11:00",
            "6 talk.reward.invitation",
            "not before `ends`",
        ),
        (
            "ends: 2026-12-10T12:00",
            "ends: 2062-12-10T12:00",
            "6 talk.reward.invitation",
            "more than 31 days",
        ),
        (
            "2026-12-10T11:00",
            "2026-12-10T11:00+01:00",
            "9 talk.reward.invitation.starts",
            "without an offset",
        ),
        ("2026-12-10T11:00", "2026-12-10", "9 talk.reward.invitation.starts", "no local time"),
        (
            "2026-12-10T11:00",
            "2026-02-30T11:00",
            "9 talk.reward.invitation.starts",
            "in no calendar",
        ),
        (
            "2026-12-10T11:00",
            "0001-01-01T00:00",
            "9 talk.reward.invitation.starts",
            "no local time",
        ),
        ("ann@Example.com", "ann", "13 talk.reward.invitation.organizer.email", "e-mail"),
        (
            "ann@Example.com",
            "łuk@example.com",
            "13 talk.reward.invitation.organizer.email",
            "ASCII",
        ),
        ("Ann Lee", '"Ann\\r\\nX: y"', "13 talk.reward.invitation.organizer.name", "one line"),
        ("uid: roofs-1", "uid: a b", "7 talk.reward.invitation.uid", "pattern"),
        (
            "sequence: 2",
            "sequence: -1",
            "8 talk.reward.invitation.sequence",
            "greater than or equal to 0",
        ),
        ("      zone: Europe/Warsaw\n", "", "6 talk.reward.invitation.zone", "required"),
        ("      place", "      plcae", "12 talk.reward.invitation.plcae", "no such key"),
    ],
)
def test_what_is_refused_of_an_invitation(old: str, new: str, place: str, reason: str) -> None:
    assert old in MEETING
    said = refused(MEETING.replace(old, new, 1))
    assert_said(said, place, reason)


def test_a_reward_by_mail_without_a_required_address_is_doubtful() -> None:
    text = FORM.replace("email: {type: email, required: true}", "email: {type: email}")
    doubts = check_forms(text, "forms.yaml", look=found)[1]
    assert [(doubt.path, doubt.level, doubt.line) for doubt in doubts] == [
        ("guide.consents.email.confirm", "warning", 7),
        ("guide.reward.deliver", "warning", 15),
    ]
    assert check_forms(FORM, "forms.yaml", look=found)[1] == []


def test_a_form_has_a_title_in_its_languages() -> None:
    titled = FORM.replace("guide:\n", "guide:\n  title: {en: Roofs, pl: Dachy}\n", 1)
    assert compile_forms(titled, look=found)["guide"]["title"] == {"en": "Roofs", "pl": "Dachy"}
    plain = FORM.replace("guide:\n", "guide:\n  title: Roofs\n", 1)
    assert_said(refused(plain), "2 guide.title", "write this one in en, pl too")
    one = MEETING.replace("talk:\n", "talk:\n  title: Talk\n", 1)
    assert compile_forms(one)["talk"]["title"] == {"en": "Talk"}


def test_a_form_may_ask_for_as_many_confirmations_as_a_day_has() -> None:
    assert MOST_CONFIRMED == MOST_A_DAY
    more = "".join(f'\n    p{n}: {{version: "1", text: P{n}, confirm: true}}' for n in (1, 2))
    assert compile_forms(FORM.replace("confirm: true}", f"confirm: true}}{more}"), look=found)


@pytest.mark.parametrize("text", ["{", "a } b {", "{}", "{1}", "f(x) = {x: 1}"])
def test_braces_that_hold_no_name_are_text(text: str) -> None:
    assert compile_forms(FORM.replace("Dzień dobry", text), look=found)
