"""`hotlist local`: the whole stack on this machine, for development, a demo and the tests."""

from typing import Annotated

import typer

app = typer.Typer(help="The whole stack on this machine.", rich_markup_mode="rich")

_Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="say what the pump does")]


@app.callback()
def local() -> None:
    """The whole stack on this machine."""


@app.command()
def up(verbose: _Verbose = False) -> None:
    """Start it and keep it running: landing page, inbox and API."""
    from hotlist_cli.local import command  # noqa: PLC0415 - the other commands need no boto3

    raise typer.Exit(command.run(command.up, verbose=verbose))


@app.command()
def demo(verbose: _Verbose = False) -> None:
    """Send six visitors through it, show their scores and mails, and stop."""
    from hotlist_cli.local import command  # noqa: PLC0415

    raise typer.Exit(command.run(command.show, verbose=verbose))


@app.command()
def flood(  # noqa: PLR0917 - options have names
    seconds: Annotated[float, typer.Option(min=1, max=600, help="for how long to send")] = 60,
    forms: Annotated[float, typer.Option(min=0.1, max=100, help="forms a second")] = 5,
    views: Annotated[
        float, typer.Option(min=1, max=1000, help="views of known visitors a second")
    ] = 100,
    browser: Annotated[
        float, typer.Option(min=1, max=1000, help="views of one busy browser a second")
    ] = 50,
    lost: Annotated[
        float, typer.Option(min=0, max=1, help="share of the mails for which SES's answer is lost")
    ] = 0.1,
    kill_every: Annotated[
        float,
        typer.Option(min=0, max=600, help="seconds between two kills of a worker; 0: kill none"),
    ] = 5,
    lease: Annotated[
        int,
        typer.Option(min=15, max=3600, help="MailLeaseSeconds: how long an unknown outcome waits"),
    ] = 20,
    mails_per_hour: Annotated[
        int, typer.Option(min=1, max=1000, help="MailsPerHour: the rest is held and told")
    ] = 1000,
    within: Annotated[
        float, typer.Option(min=1, max=600, help="seconds in which 99 of 100 mails must be sent")
    ] = 5,
    wait: Annotated[
        float, typer.Option(min=1, max=3600, help="seconds to wait until all is worked off")
    ] = 300,
    verbose: _Verbose = False,
) -> None:
    """Send many forms and views while workers are killed; say whether anything was lost.

    Views go in calls of up to 20, as the tracker sends what it has gathered. Of the mails of forms,
    99 of 100 must be sent within 5 seconds of the form (see --within), and of the alerts within six
    times that. Mails that a killed worker had in hand may take the lease and twice that, for each
    time. Every lead must be what its stored events make it. The command stops by itself. It fails
    if anything acknowledged is lost, if a lead differs, or if a mail is missing, late, or doubled
    without need.
    """
    from hotlist_cli.local import command  # noqa: PLC0415
    from hotlist_cli.local.flood import Plan  # noqa: PLC0415
    from hotlist_cli.local.traffic import Rates  # noqa: PLC0415

    plan = Plan(
        seconds=seconds,
        rates=Rates(forms, views, browser),
        lost=lost,
        kill_every=kill_every,
        lease=lease,
        mails_per_hour=mails_per_hour,
        within=within,
        wait=wait,
    )
    raise typer.Exit(command.run(lambda: command.strain(plan), verbose=verbose))
