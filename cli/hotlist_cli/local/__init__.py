"""`hotlist local`: the whole stack on this machine, for development, a demo and the tests."""

import argparse


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `local` and what it can do."""
    parser = subparsers.add_parser("local", help="the whole stack on this machine")
    parser.add_argument("-v", "--verbose", action="store_true", help="say what the pump does")
    parser.add_argument(
        "do",
        choices=("up", "demo"),
        help="up: start it and stay; demo: six visitors, their scores and mails",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The exit status: 0 if all went well, 1 if something failed or the demo found a mistake."""
    from hotlist_cli.local import command  # noqa: PLC0415 - the other commands need no boto3

    return command.run(args)
