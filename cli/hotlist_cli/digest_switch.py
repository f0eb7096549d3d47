"""`hotlist sales digest`: bring back the digest of somebody who stopped it by the link in it."""

from typing import Annotated, Final

import typer

from hotlist.store.deliveries import DeliveryStore
from hotlist_cli import outputs, rewards
from hotlist_cli.rules.output import cell, say

OUTPUT: Final = "DeliveriesTable"

app = typer.Typer(help="The digest of one salesperson.", rich_markup_mode="rich")


@app.callback()
def digest() -> None:
    """The digest of one salesperson."""


@app.command()
def on(
    recipient: Annotated[str, typer.Argument(metavar="ID", help="their id in sales.yaml")],
    stack: Annotated[
        str | None,
        typer.Option(help=f"name of the deployed stack (default: {rewards.DEFAULT_STACK})"),
    ] = None,
    stage: Annotated[
        str | None, typer.Option(help="section of samconfig.toml: its stack, region and profile")
    ] = None,
) -> None:
    """Mail somebody their digest again, who has stopped it by the link in it.

    The next one tells what happened since their last. It needs the rights
    cloudformation:DescribeStacks, dynamodb:UpdateItem and dynamodb:BatchGetItem.

    Exit status: 0; 1 if their digest was not stopped, if they get no mail at all all the same, or
    if the stack cannot be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as with boto3

    try:
        said = {} if stage is None else rewards.of_stage(stage)
        name = stack or said.get("stack_name", rewards.DEFAULT_STACK)
        (table,) = outputs.of_stack(rewards.client("cloudformation", said), name, OUTPUT)
        deliveries = DeliveryStore(rewards.client("dynamodb", said), table)
        is_changed = deliveries.resume_digest(recipient)
        gets_none = bool(deliveries.disabled([recipient]))
    except (BotoCoreError, ClientError, OSError, rewards.BadStage, outputs.NoOutput) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    who = cell(recipient)
    if not is_changed:
        typer.echo(
            f"Nothing is changed: {who} has not stopped a digest of the stack {cell(name)}. "
            "The ids of recipients stand in sales.yaml.",
            err=True,
        )
    if gets_none:
        typer.echo(
            f"{who} gets no mail at all: their mail came back for good, or they complained "
            "(disabled_at). docs/operations.md, A salesperson who gets no mail, says what to do."
            + (" Their digest is not stopped any more: it comes once that is done." * is_changed),
            err=True,
        )
    if gets_none or not is_changed:
        raise typer.Exit(1)
    say(f"{who} gets the digest again.")
