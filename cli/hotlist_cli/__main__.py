"""`hotlist COMMAND`: compile the configuration, try rules, run the stack on this machine."""

import argparse
import sys

from hotlist_cli import config, local, rules


def main(arguments: list[str] | None = None) -> int:
    """Run a command. 0: done, 1: it found something wrong, 2: it was called wrongly."""
    parser = argparse.ArgumentParser(prog="hotlist", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    config.add_parser(commands)
    local.add_parser(commands)
    rules.add_parser(commands)
    chosen = parser.parse_args(arguments)
    status: int = chosen.run(chosen)
    return status


if __name__ == "__main__":
    sys.exit(main())
