"""`hotlist config OUT`: check config/*.yaml and write the JSON that the functions read.

The build of the layer runs this module by itself, with few packages.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hotlist.config.findings import MAX_BYTES, BadConfig, Finding, to_json
from hotlist.config.forms_schema import check_forms
from hotlist.config.mail_to_leads_schema import why_mailed
from hotlist.config.messages_schema import compile_messages
from hotlist.config.sales_schema import check_sales
from hotlist.config.yaml import parse_yaml
from hotlist.scoring.check.scoring_file import check_scoring
from hotlist_cli.reward_files import looking_in

Compiled = Mapping[str, dict[str, Any]]
"""What has been compiled, by the names of the files."""


def _compile_scoring(
    text: str, file: str, forms: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The checked ruleset. What is merely doubtful in it is said, and the build goes on."""
    checked = check_scoring(text, file, forms)
    if checked.source is None or checked.has_errors:
        raise BadConfig(checked.findings)
    for warning in checked.findings:
        print(warning, file=sys.stderr)
    return checked.source


def _compile_forms(text: str, file: str) -> dict[str, Any]:
    """The checked forms. What is merely doubtful in them is said, and the build goes on."""
    checked, warnings = forms_of(text, file)
    for warning in warnings:
        print(warning, file=sys.stderr)
    return checked


def forms_of(text: str, file: str) -> tuple[dict[str, Any], Sequence[Finding]]:
    """The checked forms of a build, with the files beside them, and what is merely doubtful.

    :raises BadConfig: with everything that is wrong in them.
    """
    folder = Path(file).parent
    return check_forms(text, file, _messages(folder / "messages"), looking_in(folder))


def _messages(folder: Path) -> dict[str, Any]:
    """The texts of errors in the files of a folder, by language: it need not be there.

    :raises BadConfig: with everything that is wrong in any of them.
    """
    found: dict[str, Any] = {}
    wrong: list[Finding] = []
    for file in sorted(folder.glob("*.y*ml")):
        try:
            found[file.stem] = compile_messages(read_text(file), str(file))
        except BadConfig as error:
            wrong += error.findings
    if wrong:
        raise BadConfig(wrong)
    return found


def compile_sales(text: str, file: str, compiled: Compiled) -> dict[str, Any]:
    """The checked recipients and owners, with holidays from this year on."""
    domains = compiled["scoring"].get("domains", {}) if "scoring" in compiled else None
    checked, warnings = sales_of(text, file, forms=compiled.get("forms"), domains=domains)
    for warning in warnings:
        print(warning, file=sys.stderr)
    return checked


def sales_of(
    text: str, file: str, *, forms: dict[str, Any] | None, domains: dict[str, Any] | None
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The checked sales.yaml of a build at this moment, and what is merely doubtful in it.

    :raises BadConfig: with everything that is wrong in it.
    """
    today = datetime.now(UTC).date()
    mailing = _mailing(forms or {})
    return check_sales(text, file, mailing, today=today, forms=forms, domains=domains)


def _mailing(forms: Mapping[str, Any]) -> dict[str, str]:
    """The forms that mail their visitors, each with its keyword that says so."""
    found = {name: why_mailed(form) for name, form in forms.items()}
    return {name: why for name, why in found.items() if why}


_COMPILERS: Final[dict[str, Callable[[str, str, Compiled], dict[str, Any]]]] = {
    "forms": lambda text, file, _: _compile_forms(text, file),
    "scoring": lambda text, file, compiled: _compile_scoring(text, file, compiled.get("forms")),
    "sales": compile_sales,
}
"""In this order, each with what the ones before it have made."""


def run(out: Path, folder: Path) -> int:
    """Compile all files of a folder; say everything that is wrong in any of them."""
    compiled: dict[str, dict[str, Any]] = {}
    wrong = []
    for name, compiler in _COMPILERS.items():
        file = folder / f"{name}.yaml"
        try:
            compiled[name] = compiler(read_text(file), str(file), compiled)
            if "shadow" in compiled[name]:
                compiled["shadow"] = _shadow(file, compiled[name].pop("shadow"), compiled)
        except BadConfig as error:
            wrong.append(str(error))
        except OSError as error:
            wrong.append(f"{file}: cannot be read: {error.strerror}")
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    package = out / "hotlist_config"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text('"""Written by the build from config/."""\n', "utf-8")
    for name, values in compiled.items():
        (package / f"{name}.json").write_text(to_json(values), "utf-8")
    if "shadow" not in compiled:
        (package / "shadow.json").unlink(missing_ok=True)  # of an earlier build
    return 0


def read_text(file: Path) -> str:
    """A configuration file as the checks take it: what is no UTF-8 is found there, at its line.

    Of a file that is too large it gives no more than shows that it is.
    """
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 4).decode("utf-8-sig", "surrogateescape")


def _shadow(file: Path, named: str, made: Compiled) -> dict[str, Any]:
    """The second ruleset that `file` names, beside it or below.

    :raises BadConfig: with everything that is wrong in it, or why it cannot be read.
    """
    shadow = file.parent / named
    try:
        is_inside = shadow.resolve().is_relative_to(file.parent.resolve())
        text = read_text(shadow) if is_inside else ""
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _refused(
            file, f"{named if named.isprintable() else repr(named)} cannot be read: {reason}"
        ) from error
    if not is_inside:
        raise _refused(file, f"{named} is not in the folder of this file, so no build has it")
    compiled = _COMPILERS["scoring"](text, str(shadow), made)
    if "shadow" in compiled:
        raise _refused(shadow, "a shadow has no shadow of its own; leave it out")
    return compiled


def _refused(file: Path, message: str) -> BadConfig:
    """Said where the file has its keyword `shadow`."""
    _, positions = parse_yaml(read_text(file), str(file))
    return BadConfig([positions.finding(("shadow",), message)])


def main() -> int:
    """`python -m hotlist_cli.config OUT [--config FOLDER]`."""
    parser = argparse.ArgumentParser(prog="python -m hotlist_cli.config")
    parser.add_argument("out", type=Path, help="folder that gets the package hotlist_config")
    parser.add_argument("--config", type=Path, default=Path("config"), help="folder of the YAML")
    given = parser.parse_args()
    return run(given.out, given.config)


if __name__ == "__main__":
    sys.exit(main())
