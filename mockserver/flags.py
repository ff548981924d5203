"""Flags of the command line, and a parser that names what was probably meant."""

import argparse
import os
import re
from collections.abc import Sequence
from typing import NoReturn

DEFAULT_URL = "http://127.0.0.1:4747"
CHOICE = re.compile(r"invalid choice: '(?P<word>[^']*)' \(choose from (?P<known>.*)\)")
FLAG = re.compile(r"unrecognized arguments: .*?(?P<word>--[a-z-]+)")


class Parser(argparse.ArgumentParser):
    """argparse's parser; a wrong word is answered with the nearest that there is, and by its own command."""

    def parse_args(self, args: Sequence[str] | None = None, namespace: None = None) -> argparse.Namespace:  # type: ignore[override]  # argparse's overloads say no more
        """Parse all arguments; what is left over is an error of the command that did not take it."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            parser: argparse.ArgumentParser = getattr(options, "parser", self)
            parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and what was probably meant."""
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

        word, known = "", list[str]()
        if found := CHOICE.search(message):
            word, known = found["word"], re.findall(r"[\w-]+", found["known"])
        elif found := FLAG.search(message):
            word, known = found["word"], re.findall(r"--[a-z-]+", self.format_help())
        near = get_close_matches(word, known, n=1)
        super().error(f"{message}; did you mean '{near[0]}'?" if near else message)


def server_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of a server."""
    add = parser.add_argument
    add("-p", "--port", type=int, help="default: 4747; 0 takes a free one and prints FAUXREEL_URL=…")
    add("--host", help="default: 127.0.0.1")
    add("--clock", choices=["scaled", "frozen", "auto"], help="how time goes (default: scaled)")
    add("--speed", type=float, help="mock seconds a second (default: 60; 1 is real time)")
    add("--start", metavar="INSTANT", help="the first mock instant, ISO 8601")
    add("--keys", choices=["any", "listed"], help="take any well-formed key, or only --listed ones")
    add("--listed", metavar="KEY,KEY", help="the keys that are taken with --keys listed")
    add("--seed", type=int, help="of all chance (default: 0)")
    add("--only", metavar="PROVIDER,…", help="serve these alone")
    add("--pure", action="store_true", help="no headers, directives or magic keys of the mock's own")
    add("--no-control", action="store_true", help="no control API")
    add("--control-token", metavar="TOKEN", help="the control API wants this token, and answers to any host")
    add("--state", metavar="FILE", help="keep all state in this file, or at redis://… (default: in memory)")
    add("--access-log", action="store_true", help="print a line for each request (halves the speed)")
    add(
        "--set",
        action="append",
        metavar="NAME=VALUE",
        help="any setting, for example nanogpt.profile=2025; can be repeated",
    )
    add("--config", metavar="FILE", help="default: fauxreel.toml, or [tool.fauxreel] of pyproject.toml")


def client_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of what asks a server."""
    parser.add_argument("--url", help=f"the server (default: $FAUXREEL_URL, else {DEFAULT_URL})")
    parser.add_argument("--sandbox", help="which sandbox (default: the default one)")
    parser.add_argument(
        "--control-token",
        default=os.environ.get("FAUXREEL_CONTROL_TOKEN"),
        metavar="TOKEN",
        help="where the server wants one",
    )


class Version(argparse.Action):
    """`--version`, which loads nothing else."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:  # noqa: A002 - argparse's own name
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it, and stop."""
        from mockserver import __version__  # noqa: PLC0415 - --help must not load it

        print(f"fauxreel {__version__}")
        parser.exit()
