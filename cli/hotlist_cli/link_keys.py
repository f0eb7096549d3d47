"""`hotlist keys`: the keys that sign the links in mails."""

import secrets
import string
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from hotlist.links.keys import KEPT as IN_MEMORY
from hotlist.links.secret import KEPT, SIGNS_AFTER, BadSecret, Secret
from hotlist_cli import outputs

OUTPUT: Final = "LinkSecretArn"
_SIGNS: Final = string.ascii_letters + string.digits
_LENGTH: Final = 64
_TRIES: Final = 20
_ROTATIONS: Final = uuid.UUID("8f0d2a52-2f0b-4c0e-9a51-6f1f0f6b7c11")

app = typer.Typer(help="The keys that sign the links in mails.", rich_markup_mode="rich")
Stack = Annotated[str, typer.Option(help="name of the deployed stack")]


class RotatedMeanwhile(RuntimeError):
    """Another rotation began at the same keys and was first."""


@app.callback()
def keys() -> None:
    """The keys that sign the links in mails."""


@app.command("list")
def show(stack: Stack = "hotlist") -> None:
    """List the ids of the keys, when each was made, and which one signs. No key is shown.

    It needs the rights cloudformation:DescribeStacks, secretsmanager:DescribeSecret and
    secretsmanager:GetSecretValue.
    """
    with _clients(stack) as (client, arn):
        for line in listed(client, arn, datetime.now(UTC)):
            _say(line)


@app.command()
def rotate(stack: Stack = "hotlist") -> None:
    """Make a new key, which signs from now on, and keep the newest three.

    Links that were signed by one of the three stay good, so a link outlives two rotations. The key
    before them is dropped: its links open nothing any more, not even to unsubscribe. A function
    that runs learns of both within an hour. So a third rotation within an hour warns of links that
    are signed until then by a key that is dropped.

    Two rotations at once make one new key: the other says so and changes nothing. It needs the
    rights cloudformation:DescribeStacks, secretsmanager:GetSecretValue and
    secretsmanager:PutSecretValue.
    """
    with _clients(stack) as (client, arn):
        now = datetime.now(UTC)
        made, dropped = rotated(client, arn, now)
        still = dropped and may_still_sign(Secret.of(_current(client, arn)["SecretString"]), now)
    minutes = SIGNS_AFTER.total_seconds() / 60
    _say(f"link_{made} is made. It signs in {minutes:.0f} minutes.")
    if dropped:
        _say(f"{', '.join(f'link_{one}' for one in dropped)} is dropped: its links open nothing.")
        if still:
            _say(
                "A function that runs may sign with it for an hour yet. Those links open nothing "
                "either. Deploy with another value of a parameter: then all functions start anew."
            )
    else:
        _say(f"None is dropped: there are not more than {KEPT}.")


def rotated(client: Any, arn: str, now: datetime) -> tuple[int, list[int]]:
    """Add a key to the secret. Its number, and the numbers of the keys that are dropped.

    The new version's id follows from the version that was read. Secrets Manager has one version of
    an id, so of two rotations that read the same one, the second is refused. If the version that
    was read is still the current one then, somebody has gone back to it: the next id is tried.

    :raises RotatedMeanwhile: if another was first.
    """
    answer = _current(client, arn)
    before, read = Secret.of(answer["SecretString"]), answer["VersionId"]
    text = before.rotated("".join(secrets.choice(_SIGNS) for _ in range(_LENGTH)), now)
    version = read
    for _ in range(_TRIES):
        version = str(uuid.uuid5(_ROTATIONS, version))
        try:
            client.put_secret_value(SecretId=arn, ClientRequestToken=version, SecretString=text)
        except client.exceptions.ResourceExistsException:
            if _current(client, arn)["VersionId"] != read:
                break
        else:
            after = Secret.of(text)
            return max(after.keys), sorted(before.keys.keys() - after.keys.keys())
    raise RotatedMeanwhile(
        "another rotation was first. Nothing was changed; see its key with `hotlist keys list`"
    )


def may_still_sign(secret: Secret, now: datetime) -> bool:
    """Whether a function may not have heard yet that a key before these does not sign any more.

    The oldest of them signs in its place, from `SIGNS_AFTER` on; a function hears of it within an
    hour.
    """
    made = secret.made.get(min(secret.keys))
    return made is not None and now < made + SIGNS_AFTER + IN_MEMORY


def listed(client: Any, arn: str, now: datetime) -> Iterator[str]:
    """A line for each key, the oldest first."""
    secret = Secret.of(_current(client, arn)["SecretString"])
    first = client.describe_secret(SecretId=arn)["CreatedDate"].astimezone(UTC)
    signs = secret.signing(now).key_id
    for number, key in secret.keys.items():
        made = secret.made.get(number, first if number == 1 else None)
        said = f"made {made:%Y-%m-%d %H:%M} UTC" if made else "made by hand"
        yield f"link_{number}  {said}{'  signs' if key.key_id == signs else ''}"


def _current(client: Any, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")
    return found


@contextmanager
def _clients(stack: str) -> Iterator[tuple[Any, str]]:
    """A client of Secrets Manager, and the secret of a stack. What goes wrong is said."""
    import boto3  # noqa: PLC0415 - the other commands need none
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - the same

    try:
        (arn,) = outputs.of_stack(boto3.client("cloudformation"), stack, OUTPUT)
        yield boto3.client("secretsmanager"), arn
    except (
        BotoCoreError,
        ClientError,
        BadSecret,
        RotatedMeanwhile,
        outputs.NoOutput,
    ) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        raise typer.Exit(1) from error


def _say(line: str) -> None:
    Console(highlight=False, soft_wrap=True).print(line, markup=False)
