"""Builds the layer: dependencies for Lambda, the package, the compiled configuration, bytecode.

`python3 build.py OUT` needs Python 3.11 or newer and a package index. It needs no Docker. With
`HOTLIST_TARGET=host` it builds for this machine's interpreter `HOTLIST_PYTHON`, which runs the
local stack.
"""

import fcntl
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent.resolve()
ROOT = HERE.parent.parent
TOOLS = ROOT / ".build" / "tools"

LAMBDA = (
    *("--platform", "manylinux2014_aarch64", "--implementation", "cp"),
    *("--python-version", "3.13", "--only-binary=:all:"),
)
OPERATIONS = {
    "dynamodb": {
        *("BatchExecuteStatement", "BatchGetItem", "GetItem", "PutItem", "Query", "Scan"),
        "UpdateItem",
    },
    "sqs": {"ChangeMessageVisibility", "SendMessage", "SendMessageBatch"},
    "sesv2": {"SendEmail"},
    "lambda": {"GetEventSourceMapping"},
    "secretsmanager": {"GetSecretValue"},
    "s3": {"GetObject", "HeadObject"},
}
"""The operations that the functions call. Of botocore's 25 MB of descriptions only these stay.

A test compares them with the code.
"""

ENDPOINTS = ("dynamodb", "sqs", "email", "lambda", "secretsmanager", "s3")
ACCOUNT_PARAMETERS = frozenset(
    {"AccountId", "AccountIdEndpointMode", "ResourceArn", "ResourceArnList", "IsSearchOperation"}
)
"""Parameters of DynamoDB's endpoint rules that none of our requests has.

Lambda's credentials name no account, our tables are given by name and not by ARN, and we call no
operation that searches. So the rules that ask for them are removed: they cost time in each request.
"""

BUILD_ALONE = frozenset(
    {
        *(
            "config/across_fields.py",
            "config/field_answers.py",
            "config/field_schema.py",
            "config/findings.py",
            "config/forms_schema.py",
        ),
        *("config/messages_schema.py", "config/sales_schema.py", "config/yaml.py", "scoring/check"),
        *("config/calendar_file.py", "config/lead_texts_schema.py"),
        *(
            "config/mail_to_leads_schema.py",
            "config/owners_schema.py",
            "config/recipient_schema.py",
        ),
        *("config/owners_reach.py", "config/public_holidays.py"),
        *("config/absences.py", "config/zones.py"),
        "mail/looks",
    }
)
"""Of the package: what reads and checks `config/`, and what the mails' templates are made from.

The functions read what these have written.
"""

KEPT = frozenset({"endpoints.json", "partitions.json"})

NO_PYTHON_313 = """
WARNING: Python 3.13 was not found, so the layer has no bytecode. It works, but each cold
start takes 2.0 to 2.4 times as long. Install python3.13 and build again.
"""


def main(out: Path) -> int:
    tools = _tools()
    host = os.environ.get("HOTLIST_TARGET") == "host"
    pip = os.environ["HOTLIST_PYTHON"] if host else str(tools)
    _run(
        *(pip, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"),
        *("--no-compile", "--require-hashes", "--target", out, "-r", HERE / "requirements.txt"),
        *(() if host else LAMBDA),
    )
    shutil.copytree(HERE / "hotlist", out / "hotlist", ignore=_not_for_lambda)
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT / 'cli'}"}
    for module, *arguments in (
        ("hotlist_cli.config", out, "--config", ROOT / "config"),
        ("hotlist_cli.roots", out / "hotlist" / "runtime" / "amazon.pem"),
    ):
        written = subprocess.run([tools, "-m", module, *arguments], env=environment, check=False)
        if written.returncode:
            return written.returncode
    _prune(out)
    compiler = os.environ["HOTLIST_PYTHON"] if host else _python313()
    if compiler is None:
        print(NO_PYTHON_313, file=sys.stderr)
    else:
        _run(
            *(compiler, "-m", "compileall", "-q", "-j", "0", "-s", out, "-p", "/opt/python"),
            *("--invalidation-mode", "unchecked-hash", out),
        )
    return 0


def _not_for_lambda(folder: str, names: list[str]) -> set[str]:
    inside = Path(folder).relative_to(HERE / "hotlist")
    return {
        name for name in names if name == "__pycache__" or (inside / name).as_posix() in BUILD_ALONE
    }


def _tools() -> Path:
    """The interpreter that compiles the configuration. Its environment is made if needed.

    Builds that run at the same time wait for the one that makes it.
    """
    locked = ROOT / "requirements" / "build.txt"
    stamp, python = TOOLS / "build.txt", TOOLS / "bin" / "python"
    TOOLS.parent.mkdir(exist_ok=True)
    with (TOOLS.resolve().parent / "tools.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_bytes() != locked.read_bytes():
            _run(sys.executable, "-m", "venv", "--clear", TOOLS)
            _run(
                *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
                *("--no-deps", "--require-hashes", "-r", locked),
            )
            shutil.copy(locked, stamp)
    return python


def _python313() -> str | None:
    """A Python 3.13 on this machine, or None. Lambda can load its bytecode."""
    homes = (Path.home() / ".pyenv" / "versions").glob("3.13*/bin/python3.13")
    for candidate in ("python3.13", *sorted(map(str, homes), reverse=True)):
        found = shutil.which(candidate)
        if found and subprocess.run([found, "-c", "pass"], check=False).returncode == 0:
            return found
    return None


def _prune(out: Path) -> None:
    """Remove what no function loads: descriptions of other services, examples, scripts."""
    for data in (out / "botocore" / "data", out / "boto3" / "data"):
        for entry in data.iterdir():
            if entry.name in OPERATIONS.keys() | KEPT or entry.name.startswith(("_", "sdk-")):
                continue
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    endpoints = out / "botocore" / "data" / "endpoints.json"
    partitions = json.loads(endpoints.read_text(encoding="utf-8"))
    for partition in partitions["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in ENDPOINTS if name in known}
    endpoints.write_text(json.dumps(partitions, separators=(",", ":")), encoding="utf-8")
    for packed in (out / "botocore" / "data").rglob("*.json.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    for service, operations in OPERATIONS.items():
        *older, _ = sorted((out / "botocore" / "data" / service).glob("*/service-2.json"))
        for version in older:
            shutil.rmtree(version.parent)
        (model,) = (out / "botocore" / "data" / service).glob("*/service-2.json")
        _slim(model, operations)
    for rules in (out / "botocore" / "data" / "dynamodb").glob("2012-*/endpoint-rule-set-1.json"):
        slim = without_parameters(json.loads(rules.read_text(encoding="utf-8")), ACCOUNT_PARAMETERS)
        rules.write_text(json.dumps(_undocumented(slim), separators=(",", ":")), encoding="utf-8")
    shutil.rmtree(out / "boto3" / "examples", ignore_errors=True)
    shutil.rmtree(out / "bin", ignore_errors=True)
    # The routing of Powertools: no function uses it, and it is a twelfth of the layer.
    shutil.rmtree(out / "aws_lambda_powertools" / "event_handler", ignore_errors=True)


def _slim(model: Path, operations: set[str]) -> None:
    """Keep only these operations of a service's model and their shapes, without documentation.

    To read the whole model of DynamoDB takes a tenth of a cold start.
    """
    whole = json.loads(model.read_text(encoding="utf-8"))
    kept = {name: whole["operations"][name] for name in sorted(operations)}
    needed: dict[str, object] = {}
    pending = list(_named(kept, "shape"))
    while pending:
        name = pending.pop()
        if name not in needed:
            needed[name] = whole["shapes"][name]
            pending += _named(needed[name], "shape")
    slim = _undocumented({**whole, "operations": kept, "shapes": needed})
    for parameter in slim.get("clientContextParams", {}).values():
        parameter["documentation"] = ""  # botocore asks for it
    model.write_text(json.dumps(slim, separators=(",", ":")), encoding="utf-8")


def without_parameters(ruleset: dict[str, Any], absent: frozenset[str]) -> dict[str, Any]:
    """The endpoint rules without these parameters, for requests that never have them.

    A rule that asks for one of them never applies, so it is removed.
    """
    parameters = {k: v for k, v in ruleset["parameters"].items() if k not in absent}
    return {**ruleset, "parameters": parameters, "rules": _applying(ruleset["rules"], absent)}


def _applying(rules: list[dict[str, Any]], absent: frozenset[str]) -> list[dict[str, Any]]:
    kept = [rule for rule in rules if absent.isdisjoint(_named(rule["conditions"], "ref"))]
    return [
        {**rule, "rules": _applying(rule["rules"], absent)} if "rules" in rule else rule
        for rule in kept
    ]


def _named(value: object, kind: str) -> Iterator[str]:
    """The names of the shapes (`shape`) or parameters (`ref`) that a description refers to."""
    if isinstance(value, dict):
        if isinstance(value.get(kind), str):
            yield value[kind]
        for part in value.values():
            yield from _named(part, kind)
    elif isinstance(value, list):
        for part in value:
            yield from _named(part, kind)


def _undocumented(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _undocumented(part)
            for name, part in value.items()
            if not (name == "documentation" and isinstance(part, str))
        }
    return [_undocumented(part) for part in value] if isinstance(value, list) else value


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
