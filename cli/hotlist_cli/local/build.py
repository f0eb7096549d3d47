"""Runs `sam build` for this machine, unless nothing has changed, and `sam deploy` to MiniStack."""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from hotlist_cli.local import guard
from hotlist_cli.local.ministack import CREDENTIALS, MiniStack, tail

STACK_NAME: Final = "hotlist"
_BUCKET: Final = "artifacts"
_INPUTS: Final = (
    *("template.yaml", "config", "functions", "layers"),
    *("cli/hotlist_cli", "requirements/build.txt"),
)
_IGNORED: Final = frozenset({"__pycache__", "local"})
_TIMEOUT: Final = 600.0


class Failed(RuntimeError):
    """A step failed. The message has the end of its output."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The project's folder and the environments beside it that `make setup` makes."""

    root: Path

    @property
    def sam(self) -> Path:
        return self.root / ".venv-sam" / "bin" / "sam"

    @property
    def stack_python(self) -> Path:
        """The interpreter that runs MiniStack, and with it the functions."""
        return self.root / ".venv-stack" / "bin" / "python"

    def check(self) -> None:
        """Check that the tools are there. :raises Failed: with the first one that is missing."""
        for tool in (self.sam, self.stack_python):
            if not tool.exists():
                raise Failed(f"{tool} is missing: run `make setup`")


def build(tools: Tools, config: Path | None = None) -> Path:
    """Build the template, for the interpreter that will run it. Returns the folder of the build.

    The folder is in `.build/local/`; its name is a hash of all that goes into the build. So an
    unchanged project is not built again, and two runs never write into one folder. With `config`
    the layer gets that folder's configuration instead of the project's.
    """
    finished = tools.root / ".build" / "local" / _fingerprint(tools, config)
    finished.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(finished.parent):
        if not (finished / "template.yaml").exists():
            _build(tools, config, finished)
            _forget_old(finished)
    return finished


def _build(tools: Tools, config: Path | None, finished: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="building-", dir=finished.parent) as folder:
        unfinished = Path(folder)
        built = unfinished / "built"
        _sam(
            tools,
            ["build", *_flags(template=tools.root / "template.yaml", build_dir=built)],
            scratch=unfinished,
            env={
                "HOTLIST_TARGET": "host",
                "HOTLIST_PYTHON": str(tools.stack_python),
                "HOTLIST_BUILDER": sys.executable,
            },
        )
        if config is not None:
            _configure(tools, built, config)
        template = built / "template.yaml"
        template.write_text(json.dumps(without_metric_math(YAML(typ="safe").load(template))))
        built.rename(finished)


def without_metric_math(template: Mapping[str, Any]) -> dict[str, Any]:
    """A template without alarms that calculate with metrics, which MiniStack refuses."""
    kept = {
        name: resource
        for name, resource in template["Resources"].items()
        if not (
            resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
        )
    }
    return {**template, "Resources": kept}


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Let two runs in one project build one after the other, since `sam build` shares folders."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _configure(tools: Tools, built: Path, config: Path) -> None:
    """Compile another configuration into the layer, with the command that its build uses."""
    for package in built.glob("*/python/hotlist_config"):
        log = built.parent / "config.log"
        status = guard.run(
            [sys.executable, "-m", "hotlist_cli", "config", package.parent, "--config", config],
            env=os.environ,
            cwd=tools.root,
            log=log,
            scratch=built.parent,
            timeout=_TIMEOUT,
        )
        if status:
            raise Failed(f"the configuration in {config} is refused:\n{tail(log)}")


def deploy(
    tools: Tools, stack: MiniStack, built: Path, scratch: Path, parameters: Mapping[str, str]
) -> None:
    """`sam deploy` the built template to MiniStack. :raises Failed:"""
    stack.client("s3").create_bucket(
        Bucket=_BUCKET,
        CreateBucketConfiguration={"LocationConstraint": CREDENTIALS["AWS_REGION"]},
    )
    options = _flags(
        template_file=built / "template.yaml",
        stack_name=STACK_NAME,
        s3_bucket=_BUCKET,
        capabilities="CAPABILITY_IAM",
    )
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    _sam(
        tools,
        ["deploy", *options, "--no-confirm-changeset", "--parameter-overrides", *overrides],
        scratch=scratch,
        env={"AWS_ENDPOINT_URL": stack.endpoint, "SAM_CLI_POLL_DELAY": "0.3"},
    )


def _flags(**options: str | Path) -> list[str | Path]:
    """Options as arguments: `template_file=x` becomes `--template-file x`."""
    named = [(f"--{name.replace('_', '-')}", value) for name, value in options.items()]
    return [part for option in named for part in option]


def _sam(
    tools: Tools, arguments: Sequence[str | Path], *, scratch: Path, env: Mapping[str, str]
) -> None:
    """Run sam with settings from the command line alone, without those of samconfig.toml."""
    no_settings = scratch / "samconfig.toml"
    no_settings.write_text("version = 0.1\n", encoding="utf-8")
    log = scratch / f"sam-{arguments[0]}.log"
    status = guard.run(
        [tools.sam, *arguments, "--config-file", no_settings],
        env={**os.environ, **CREDENTIALS, "SAM_CLI_TELEMETRY": "0", **env},
        cwd=tools.root,
        log=log,
        scratch=scratch,
        timeout=_TIMEOUT,
    )
    if status:
        raise Failed(f"sam {arguments[0]} failed:\n{tail(log)}")


def _fingerprint(tools: Tools, config: Path | None) -> str:
    digest = hashlib.sha256()
    digest.update(f"{platform.platform()} {tools.stack_python.resolve()}".encode())
    for path in [*_inputs(tools.root), *_files(config)]:
        digest.update(f"\0{path.relative_to(tools.root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _inputs(root: Path) -> Iterator[Path]:
    for name in _INPUTS:
        start = root / name
        yield from [start] if start.is_file() else _files(start)


def _files(start: Path | None) -> Iterator[Path]:
    for folder, folders, files in os.walk(start) if start else ():
        folders[:] = sorted(set(folders) - _IGNORED)
        for file in sorted(files):
            if not file.endswith(".pyc"):
                yield Path(folder, file)


def _forget_old(newest: Path) -> None:
    """Remove all but the four newest builds. Other runs may still use those."""
    builds = sorted(
        (path for path in newest.parent.iterdir() if (path / "template.yaml").exists()),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for old in builds[4:]:
        shutil.rmtree(old, ignore_errors=True)
