"""Compile and try what config/ has, look at digests and leads, run the stack, mails and keys."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hotlist_cli import (
    account,
    config,
    digest,
    lead,
    lead_list,
    link_keys,
    local,
    outbox,
    rewards,
    rules,
    sales,
    try_form,
)

app = typer.Typer(
    help=__doc__,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(account.app, name="account")
app.add_typer(digest.app, name="digest")
app.add_typer(try_form.app, name="forms")
lead.app.command("list")(lead_list.show_list)
app.add_typer(lead.app, name="lead")
app.add_typer(link_keys.app, name="keys")
app.add_typer(local.app, name="local")
app.add_typer(outbox.app, name="outbox")
app.add_typer(rewards.app, name="rewards")
app.add_typer(rules.app, name="rules")
app.add_typer(sales.app, name="sales")


@app.command("config")
def compile_config(
    out: Annotated[Path, typer.Argument(help="folder that gets the package hotlist_config")],
    folder: Annotated[Path, typer.Option("--config", help="folder of the YAML")] = Path("config"),
) -> None:
    """Check config/*.yaml and write JSON for the layer."""
    raise typer.Exit(config.run(out, folder))


def main(arguments: list[str] | None = None) -> int:
    """Run a command. 0: done, 1: it found something wrong, 2: it was called wrongly."""
    try:
        app(args=arguments, prog_name="hotlist")
    except SystemExit as end:
        return int(end.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
