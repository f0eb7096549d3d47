"""The vCard of a lead: address books read back what the lead has written, and nothing else."""

from typing import Any

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from hotlist.cards.vcard import file_name, vcard_of
from hotlist.events import visible
from hotlist.leads.lead import Contact

TEXTS = st.text(max_size=300) | st.sampled_from(
    ["Żółć; Sons, Ltd\\n", "x\r\nEND:VCARD\r\nBEGIN:VCARD", "TEL:1", "a" * 74 + "ł" * 80, "\u2028x"]
)
OF_LEAD = "email:00000000-0000-5000-8000-000000000001"


def read(made: bytes) -> Any:
    return vobject.readOne(made.decode())


def names(card: Any) -> list[str]:
    return sorted(line.name for line in card.getChildren())


def test_an_address_book_reads_the_contact() -> None:
    contact = Contact("Łukasz van Żak", "Śruby; Synowie, Ltd", "l@sruby.example", "+48600100200")
    card = read(vcard_of(contact, OF_LEAD))
    assert names(card) == ["EMAIL", "FN", "N", "ORG", "TEL", "UID", "VERSION"]
    assert card.fn.value == "Łukasz van Żak"
    assert (card.n.value.given, card.n.value.family) == ("Łukasz van", "Żak")
    assert card.org.value == ["Śruby; Synowie, Ltd"]
    assert card.tel.value == "+48600100200"
    assert card.email.value == "l@sruby.example"
    assert card.uid.value == OF_LEAD


def test_what_is_not_known_is_left_out() -> None:
    card = read(vcard_of(Contact(phone="+48600100200"), OF_LEAD))
    assert names(card) == ["FN", "N", "TEL", "UID", "VERSION"]
    assert card.fn.value == "+48600100200"


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        (Contact(None, "Firm"), "Firm"),
        (Contact("\u200b", "Firm", "a@b.example"), "Firm"),
        (Contact("\u200b", "\t", "a@b.example"), "a@b.example"),
        (Contact(), OF_LEAD),
    ],
)
def test_there_is_always_a_name(contact: Contact, name: str) -> None:
    assert read(vcard_of(contact, OF_LEAD)).fn.value == name


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_breaks_out_of_its_line(name: str, company: str, email: str) -> None:
    made = vcard_of(Contact(name, company, email), OF_LEAD)
    lines = made.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()
        assert b"\n" not in line
        assert b"\r" not in line
    known = {b"BEGIN", b"VERSION", b"UID", b"FN", b"N", b"ORG", b"EMAIL", b"END"}
    begun = [line for line in lines if not line.startswith(b" ")]
    assert {line.partition(b":")[0].partition(b";")[0] for line in begun} <= known
    assert len(begun) == len({line.partition(b":")[0] for line in begun})


@given(TEXTS)
def test_a_company_is_read_as_it_was_written(company: str) -> None:
    said = visible.one_line(company).encode("utf-8", "ignore").decode()
    card = read(vcard_of(Contact("Ada", company), OF_LEAD))
    assert ([*card.contents.get("org", [])] != []) is (said != "")
    if said:
        assert card.org.value == [said]


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        (Contact("Łukasz Żak"), "ukasz-ak.vcf"),
        (Contact("../../etc/passwd\r\nX: y"), "etc-passwd-X-y.vcf"),
        (Contact(None, "Engines Ltd"), "Engines-Ltd.vcf"),
        (Contact("محمد"), "contact.vcf"),
    ],
)
def test_the_name_of_the_file_is_plain(contact: Contact, name: str) -> None:
    assert file_name(contact) == name
