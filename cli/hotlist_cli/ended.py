"""How commands that read a stack end: what goes wrong is said in a line."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from hotlist_cli import outputs, previews, rewards
from hotlist_cli.local import running


class Unknown(LookupError):
    """What was asked for is not there. The message says what to look at."""


@contextmanager
def told() -> Iterator[None]:
    """Say what goes wrong, and end the command with 1."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as with boto3

    try:
        yield
    except previews.NotCompiled as error:
        raise typer.Exit(1) from error
    except (
        *(BotoCoreError, ClientError, OSError, rewards.BadStage, outputs.NoOutput),
        *(previews.UnknownRecipient, running.NothingRuns, Unknown),
    ) as error:
        typer.echo(str(error.args[0] if isinstance(error, LookupError) else error), err=True)
        raise typer.Exit(1) from error
