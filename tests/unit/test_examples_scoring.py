"""The published point tables in examples/scoring: without findings, and exact for their leads."""

from pathlib import Path
from typing import Final

import pytest

from hotlist.scoring import ruleset
from hotlist.scoring.check import scoring_file
from rules_command import rules
from scoring_examples import framed, read_page, scored

FOLDER: Final = Path(__file__).parents[2] / "examples" / "scoring"
FILES: Final = sorted(FOLDER.glob("*.yaml"))
PAGE: Final = read_page((FOLDER / "README.md").read_text(encoding="utf-8"))
LEADS: Final = {table.heading: table for table in PAGE.tables}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_published_table_gives_its_points(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert rules("check", file, "--json").out == "[]\n"
    assert framed(text) == text  # a whole ruleset
    made = ruleset.from_checked(scoring_file.compile_scoring(text, file.name))
    records = LEADS[file.name].records
    assert [scored(made, record)[1] for record in records] == records


def test_every_table_is_tried_and_names_its_source() -> None:
    assert LEADS.keys() == {file.name for file in FILES}
    heads = {file.name: file.read_text(encoding="utf-8").split("\n\n")[0] for file in FILES}
    assert [name for name, head in heads.items() if "https://" not in head] == []
