"""`hotlist local`: the whole stack on this machine, for development, a demo and the tests."""

from enum import StrEnum
from typing import Annotated

import typer


class Do(StrEnum):
    UP = "up"
    DEMO = "demo"


def local(
    do: Annotated[
        Do,
        typer.Argument(
            help="up: start it and stay; demo: six visitors, their scores and mails",
            show_default=False,
        ),
    ],
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="say what the pump does")
    ] = False,
) -> None:
    """The whole stack on this machine."""
    from hotlist_cli.local import command  # noqa: PLC0415 - the other commands need no boto3

    raise typer.Exit(command.run(do, verbose=verbose))
