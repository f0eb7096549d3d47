"""A digest with the longest texts that there can be is no longer than mail programs show."""

from dataclasses import replace
from datetime import UTC, datetime, time

from hotlist.mail import digest_mail, unsent_part
from hotlist.sales.team import Recipient
from hotlist.sales.unsent import Count

NOW = datetime(2026, 3, 29, 5, 30, tzinfo=UTC)
ANNA = Recipient(
    "anna", "Anna", "anna@example.com", "pl", "Europe/Warsaw", time(7, 30), frozenset()
)


def test_a_digest_of_the_longest_lines_fits_and_says_what_it_leaves_out() -> None:
    wide = "&" * 120
    reader = replace(ANNA, language="en")
    line = unsent_part.HeldLine("02.03. 07:45", wide, f"{wide} · {wide}", wide)
    unsent = unsent_part.UnsentPart(
        reader, messages="held", lines=[line] * 20, others=Count(5), alerts="", suspects="s"
    )
    gone = [
        digest_mail.Line(f"email:{number}", wide, f"{wide} · {wide}", wide) for number in range(40)
    ]
    made = digest_mail.digest([], 0, reader, NOW, gone, unsent=unsent)
    assert len(made.mail.html.encode()) <= digest_mail.MAX_HTML
    assert 0 < made.gone < 40
    shown = made.mail.text.count("02.03. 07:45")
    assert f"and {25 - shown} more" in made.mail.text
