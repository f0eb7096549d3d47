"""Mutation tests of scoring: makes a tree for mutmut, tests a random sample, prints the result.

`make mutants` runs this. mutmut needs packages at the root of its tree. It does not mutate
properties, so they are made plain methods first. See docs/mutants.md.
"""

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
TREE: Final = ROOT / ".mutants"
MUTMUT: Final = (str(Path(sys.executable).with_name("mutmut")),)
SCORING: Final = Path("hotlist/scoring")
KILLED: Final = ("killed", "timeout", "segfault")
"""The results that mean that a test noticed the mutant."""

CONFIG = """
[tool.mutmut]
source_paths = ["hotlist"]
only_mutate = [{only}]
also_copy = ["hotlist_cli", "reference", "scoring.py", "rulesets.py", "patterns.py"]
pytest_add_cli_args_test_selection = [{tests}]
timeout_multiplier = 4.0
timeout_constant = 4.0
on_dependency_change = "ignore"
use_git_change_detection = false

[tool.pytest.ini_options]
pythonpath = ["."]
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider"]
"""


# Quick tests come first, since they notice most mutants. A call of mutated code goes through three
# more functions, so no test of times is run.
CONFTEST = """
import sys

sys.setrecursionlimit(4 * sys.getrecursionlimit())


def pytest_collection_modifyitems(items):
    timed = ("little_time", "judged_in_time")
    items[:] = [item for item in items if not any(name in item.name for name in timed)]
    late = ("reference", "laws", "scoring/")
    items.sort(key=lambda item: [name in item.nodeid for name in late])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "modules", nargs="*", default=["*"], help="modules of scoring as globs: awards, check/*"
    )
    parser.add_argument("--sample", type=int, default=600, help="how many mutants at most")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=45, help="after which it is stopped")
    options = parser.parse_args()
    folder = ROOT / "layers/common" / SCORING
    names = [str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.py")]
    modules = [
        name
        for name in sorted(names)
        if not name.endswith("__init__") and any(fnmatch(name, one) for one in options.modules)
    ]
    prepare(modules)
    os.chdir(TREE)  # where mutmut looks for its settings
    names = [name for module in modules for name in mutants_of(module)]
    drawn = random.Random(options.seed).sample(names, min(options.sample, len(names)))
    print(f"{len(drawn)} of {len(names)} mutants of {', '.join(modules)}", flush=True)
    run = [*MUTMUT, "run", "--max-children", str(options.workers), *drawn]
    environment = {**os.environ, "HOTLIST_RULESETS": os.environ.get("HOTLIST_RULESETS", "40")}
    with Path("mutmut.log").open("w") as log:
        try:
            subprocess.run(
                run,
                env=environment,
                stdout=log,
                stderr=log,
                timeout=60 * options.minutes,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"stopped after {options.minutes} minutes")
    report(drawn)


def report(drawn: list[str]) -> None:
    """Count the results of these mutants, and list those that no test noticed."""
    listed = subprocess.run(
        [*MUTMUT, "results", "--all", "true"], capture_output=True, text=True, check=True
    )
    ends = dict(line.strip().split(": ") for line in listed.stdout.splitlines() if ": " in line)
    found = Counter(ends.get(name, "not checked") for name in drawn)
    for name in sorted(drawn):
        if ends.get(name) not in (*KILLED, "not checked", None):
            print(f"{ends[name]}: {name}")
    print(", ".join(f"{count} {end}" for end, count in found.most_common()))
    checked = sum(found.values()) - found["not checked"]
    killed = sum(found[end] for end in KILLED)
    print(f"{killed} of {checked} killed: {killed / max(1, checked):.1%}")
    print(f"`mutmut show NAME` in {TREE.relative_to(ROOT)} shows one; mutmut.log is its log")


def prepare(modules: list[str]) -> None:
    """Copy what is needed, with the package where mutmut looks for it."""
    shutil.rmtree(TREE, ignore_errors=True)
    shutil.copytree(ROOT / "layers/common/hotlist", TREE / "hotlist")
    shutil.copytree(ROOT / "cli/hotlist_cli", TREE / "hotlist_cli")
    shutil.copytree(ROOT / "tests/reference", TREE / "reference")
    shutil.copytree(ROOT / "config", TREE / "config")  # a test looks at the shipped rules
    for name in ("scoring.py", "rulesets.py", "patterns.py"):
        shutil.copy(ROOT / "tests" / name, TREE)
    tests = tests_of(modules)
    for path in tests:
        # pytest finds no test again whose name has two backslashes in a row: numbers then.
        text = re.sub(r", ids=lambda x: [^)]*", "", (ROOT / "tests/unit" / path).read_text())
        (TREE / "tests" / path).parent.mkdir(parents=True, exist_ok=True)
        (TREE / "tests" / path).write_text(text)
    (TREE / "tests/conftest.py").write_text(CONFTEST)
    for module in modules:
        path = TREE / SCORING / f"{module}.py"
        path.write_text(with_plain_properties(path.read_text()))
    only = ", ".join(f'"{SCORING}/{module}.py"' for module in modules)
    listed = ", ".join(f'"tests/{path}"' for path in tests)
    (TREE / "pyproject.toml").write_text(CONFIG.format(only=only, tests=listed))


def tests_of(modules: list[str]) -> list[Path]:
    """The files of tests that look at these modules, in the folder of unit tests.

    Not the random files of the check, which take too long for each mutant.
    """
    of_check = [module for module in modules if module.startswith("check/")]
    globs = [] if of_check == modules else ["scoring/*.py", "test_reference.py", "test_pattern*.py"]
    if of_check:
        globs.append("test_check*.py")
    folder = ROOT / "tests/unit"
    found = (path.relative_to(folder) for one in globs for path in folder.glob(one))
    return sorted(path for path in found if path.name != "test_check_anything.py")


def mutants_of(module: str) -> list[str]:
    """The names of all mutants of a module."""
    from mutmut.mutation import file_mutation  # type: ignore[import-not-found]  # noqa: PLC0415

    path = SCORING / f"{module}.py"
    made = file_mutation.mutate_file_contents(str(path), path.read_text())
    dotted = module.replace("/", ".")
    return [f"hotlist.scoring.{dotted}.{name}" for name in made.mutant_names]


def with_plain_properties(source: str) -> str:
    """`@property def name` as `def get_name` and `name = property(get_name)`."""
    lines = source.splitlines()
    methods = [
        node
        for one in ast.parse(source).body
        if isinstance(one, ast.ClassDef)
        for node in one.body
        if isinstance(node, ast.FunctionDef)
    ]
    for node in reversed(methods):
        names = [one.id for one in node.decorator_list if isinstance(one, ast.Name)]
        if names in (["property"], ["cached_property"]):
            first, last = node.decorator_list[0].lineno - 1, node.end_lineno or 0
            body = [lines[first + 1].replace(f"def {node.name}(", f"def get_{node.name}(")]
            made = f"    {node.name} = {names[0]}(get_{node.name})"
            lines[first:last] = [*body, *lines[first + 2 : last], "", made]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
