"""`hotlist rewards`: the files that forms give away, in the RewardsBucket of a stack."""

import base64
import mimetypes
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer
from rich.console import Console

from hotlist.config.findings import BadConfig
from hotlist.config.forms_schema import compile_forms
from hotlist_cli import outputs
from hotlist_cli.config import read_text
from hotlist_cli.reward_files import looking_in
from hotlist_cli.rules.output import cell, say

OUTPUT: Final = "RewardsBucket"
PREFIX: Final = "rewards/"
DEFAULT_STACK: Final = "hotlist"
_PATIENCE: Final = {"connect_timeout": 5, "read_timeout": 60, "retries": {"total_max_attempts": 3}}

app = typer.Typer(help="The files that forms give away.", rich_markup_mode="rich")

_Stack = Annotated[
    str | None,
    typer.Option(help=f"name of the deployed stack (default: {DEFAULT_STACK}, or the stage's)"),
]
_Stage = Annotated[
    str | None, typer.Option(help="section of samconfig.toml: its stack, region and profile")
]
_Folder = Annotated[Path, typer.Option("--config", help="folder of the YAML")]


class NamedFile(NamedTuple):
    """A file that a form gives away: where it is here, and its object."""

    form: str
    path: Path
    key: str
    sha256: str

    @property
    def checksum(self) -> str:
        """The hash as S3 has it."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()

    @property
    def content_type(self) -> str:
        return mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"


class BadStage(LookupError):
    """samconfig.toml has no such section."""


@app.callback()
def rewards() -> None:
    """The files that forms give away."""


@app.command()
def push(
    stack: _Stack = None,
    stage: _Stage = None,
    folder: _Folder = Path("config"),
    if_deployed: Annotated[
        bool, typer.Option("--if-deployed", help="do nothing if there is no such stack yet")
    ] = False,
) -> None:
    """Upload each file that forms.yaml names, unless it is there with the same contents.

    An object is named by the form and a hash of the file: nothing is ever overwritten or deleted.
    `make deploy` runs this command before and after it deploys.

    It needs the rights cloudformation:DescribeStacks, and s3:GetObject, s3:PutObject and
    s3:ListBucket on the RewardsBucket. For the local stack, `make up` uploads.
    """
    files = _named(folder)
    if not files:
        say("forms.yaml names no file.")
        return
    with _bucket(stack, stage, may_lack=if_deployed) as (s3, bucket):
        if bucket is None:
            say("There is no such stack yet, so nothing is uploaded.")
            return
        for file, is_new in pushed(s3, bucket, files):
            say(f"{cell(file.form)}  {cell(file.path)}  {'uploaded' if is_new else 'is there'}")


@app.command("list")
def show(stack: _Stack = None, stage: _Stage = None, folder: _Folder = Path("config")) -> None:
    """List the files that forms.yaml names, and the objects that it names no longer.

    Exit status: 0 if each file that is named is uploaded, else 1. It needs the rights
    cloudformation:DescribeStacks and, on the RewardsBucket, s3:GetObject and s3:ListBucket.
    """
    files = _named(folder)
    with _bucket(stack, stage) as (s3, bucket):
        is_missing = False
        for file in files:
            is_there = _is_there(s3, bucket, file)
            is_missing |= not is_there
            what = "uploaded" if is_there else "missing: run `hotlist rewards push`"
            say(f"{cell(file.form)}  {cell(file.path)}  {what}")
        for key in no_longer_named(s3, bucket, files):
            say(f"{cell(key)}  no longer named")
        if is_missing:
            raise typer.Exit(1)


def named_files(forms: Mapping[str, Any], folder: Path) -> list[NamedFile]:
    """The files that compiled forms name. `folder` is that of forms.yaml."""
    return [
        NamedFile(name, folder / reward["file"], reward["object"], reward["sha256"])
        for name, form in forms.items()
        if (reward := form.get("reward")) and reward["kind"] == "file"
    ]


def files_of(folder: Path) -> list[NamedFile]:
    """The files that forms.yaml names. :raises BadConfig: with all that is wrong in it."""
    file = folder / "forms.yaml"
    forms = compile_forms(read_text(file), str(file), look=looking_in(folder))
    return named_files(forms, folder)


def pushed(s3: Any, bucket: str, files: Sequence[NamedFile]) -> Iterator[tuple[NamedFile, bool]]:
    """Upload each file; whether it was not there before.

    S3 refuses a file that has changed since its hash was taken.
    """
    for file in files:
        is_there = _is_there(s3, bucket, file)
        if not is_there:
            with file.path.open("rb") as body:
                s3.put_object(
                    Bucket=bucket,
                    Key=file.key,
                    Body=body,
                    ContentType=file.content_type,
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=file.checksum,
                )
        yield file, not is_there


def no_longer_named(s3: Any, bucket: str, files: Sequence[NamedFile]) -> Iterator[str]:
    """The objects that no form names."""
    known = {file.key for file in files}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PREFIX):
        yield from (one["Key"] for one in page.get("Contents", ()) if one["Key"] not in known)


def _is_there(s3: Any, bucket: str, file: NamedFile) -> bool:
    """Whether the object has the contents of the file."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - as with boto3

    try:
        found = s3.head_object(Bucket=bucket, Key=file.key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return bool(found.get("ChecksumSHA256") == file.checksum)


def of_stage(stage: str, file: Path = Path("samconfig.toml")) -> dict[str, str]:
    """What a section of samconfig.toml says of `stack_name`, `region` and `profile`.

    :raises BadStage: if there is no such section.
    """
    try:
        section = tomllib.loads(file.read_text("utf-8"))[stage]
    except (OSError, KeyError) as error:
        raise BadStage(f"{file} has no section {stage!r}; write one that it has") from error
    said: dict[str, str] = {}
    for part in ("global", "deploy"):
        parameters = section.get(part, {}).get("parameters", {})
        wanted = ("stack_name", "region", "profile")
        said |= {name: str(parameters[name]) for name in wanted if name in parameters}
    return said


def _named(folder: Path) -> list[NamedFile]:
    try:
        return files_of(folder)
    except (BadConfig, OSError) as error:
        _refuse(str(error))
        raise typer.Exit(1) from error


@contextmanager
def _bucket(
    stack: str | None, stage: str | None, *, may_lack: bool = False
) -> Iterator[tuple[Any, Any]]:
    """A client of S3, and the bucket of a stack. What goes wrong is said.

    With `may_lack` a stack that is not there has no bucket: None.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as with boto3

    try:
        said = {} if stage is None else of_stage(stage)
        name = stack or said.get("stack_name", DEFAULT_STACK)
        yield client("s3", said), _output(client("cloudformation", said), name, may_lack=may_lack)
    except (BotoCoreError, ClientError, OSError, BadStage, outputs.NoOutput) as error:
        _refuse(str(error))
        raise typer.Exit(1) from error


def _output(cloudformation: Any, stack: str, *, may_lack: bool) -> str | None:
    """The bucket of a stack; None if there is no such stack, or an older one, and that may be."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - as with boto3

    try:
        (bucket,) = outputs.of_stack(cloudformation, stack, OUTPUT)
    except outputs.NoOutput:
        if may_lack:
            return None
        raise
    except ClientError as error:
        # CloudFormation says so of a stack that is not there.
        if may_lack and error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return bucket


def client(service: str, said: Mapping[str, str]) -> Any:
    """A client of a service, by the region and profile of a stage."""
    import boto3  # noqa: PLC0415 - the other commands need none
    from botocore.config import Config  # noqa: PLC0415 - the same

    session = boto3.Session(profile_name=said.get("profile"), region_name=said.get("region"))
    return session.client(service, config=Config(**_PATIENCE))


def _refuse(text: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)
