"""`hotlist local flood` at a small size: nothing is lost while answers are lost and workers die."""

import re
import subprocess
import sys

from e2e.one_stack import ROOT, Cold

SMALL = ["--seconds", "8", "--forms", "2", "--views", "40", "--browser", "20"]
FAULTS = ["--lost", "0.2", "--kill-every", "3", "--lease", "15"]


def test_a_flood_loses_nothing() -> None:
    machine = Cold()
    machine.look()
    within = ["--within", f"{min(600, 15 * machine.busy):.0f}"]
    flood = subprocess.run(
        [sys.executable, "-m", "hotlist_cli", "local", "flood", *SMALL, *FAULTS, *within],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )

    said = flood.stdout
    assert flood.returncode == 0, said + flood.stderr
    assert re.search(r"^stored .* 0 of the acknowledged ones are missing", said, re.MULTILINE)
    assert re.search(r"^leads +[1-9]\d*; 0 are not what", said, re.MULTILINE)
    due, sent = re.findall(r"^mails +(\d+) due, (\d+) sent", said, re.MULTILINE)[0]
    assert due == sent != "0"
    assert re.search(r"[1-9]\d* without SES's answer", said)
    assert re.search(
        r"^killed +[1-9]\d* × notify, sending|^killed .* [1-9]\d* × score", said, re.MULTILINE
    )
