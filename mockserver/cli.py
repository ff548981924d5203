"""The command line: `fauxreel serve | run -- CMD | env | backup | providers | scenarios | clauses | conduct | …`.

Exit codes: 0, 1 failure or findings, 2 usage, 3 cannot bind, 4 no server; `run` exits with its command's code.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.flags import DEFAULT_URL, Parser, Version, client_flags, server_flags

if TYPE_CHECKING:
    import socket

    from mockserver.settings import Settings

OK, FAILED, USAGE, CANNOT_BIND, NO_SERVER = 0, 1, 2, 3, 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] | None = getattr(options, "command", None)
    if command is None:
        parser.print_help()
        return USAGE
    try:
        code = command(options)
        sys.stdout.flush()  # here, where somebody who reads no further can be heard
    except CommandError as error:
        print(f"fauxreel: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left unsaid is not tried again
        return FAILED if command in {serve, run, conduct} else OK
    return code


class CommandError(Exception):
    """A command that cannot be done, with its exit code."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


# The commands ---------------------------------------------------------------------------------------------------


def serve(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from mockserver.serving import (  # noqa: PLC0415 - --help must not load a server
        bound_socket,
        end_with_stdin,
        leave_by_the_door,
    )

    settings = _settings(options)
    sock = _bound(bound_socket, settings)
    with _state_errors():
        work = _work(settings, sock)
    url = _url_of(sock.getsockname())
    if settings.port == 0:
        print(f"FAUXREEL_URL={url}", flush=True)
    if not options.quiet:
        print(_banner(url, settings), flush=True)
    leave_by_the_door()
    if options.until_eof:
        end_with_stdin()
    work()
    return OK


def _work(settings: "Settings", sock: "socket.socket") -> Callable[[], None]:
    """Make the server, or the state that several workers are going to share; give what serves until a signal ends it.

    Raises StateError for a state that cannot be used.
    """
    if settings.workers > 1:
        from mockserver.workers import check, run_workers  # noqa: PLC0415 - few need it

        check(settings)
        return partial(run_workers, settings, sock)
    from mockserver.serving import run_server, server  # noqa: PLC0415 - as above

    return partial(run_server, server(settings), sock)


def run(options: argparse.Namespace) -> int:
    """Start a server on a free port, run a command against it, stop it, and exit with the command's code."""
    from mockserver.serving import Relay, bound_socket, leave_by_the_door, serving  # noqa: PLC0415 - --help must not load a server

    words = options.words[1:] if options.words[:1] == ["--"] else options.words
    if not words:
        raise CommandError("run needs a command, as in: fauxreel run -- npm test", USAGE)
    if options.port is None:
        options.port = 0
    settings = _settings(options)
    if settings.workers > 1:
        raise CommandError("run serves with one process; for several use serve", USAGE)
    sock = _bound(bound_socket, settings)
    environment = {**os.environ, **_variables(_url_of(sock.getsockname()), settings)}
    for name in ("NO_PROXY", "no_proxy"):  # nothing stands between the command and this machine
        environment[name] = ",".join(filter(None, ("127.0.0.1,localhost", os.environ.get(name))))
    if settings.control_token is not None:
        environment["FAUXREEL_CONTROL_TOKEN"] = settings.control_token
    leave_by_the_door(signal.SIGINT, signal.SIGTERM)
    with _state_errors(), serving(settings, sock):
        try:
            return Relay().run(words, environment)
        except FileNotFoundError as error:
            raise CommandError(f"there is no command '{words[0]}'", 127) from error
        except OSError as error:
            raise CommandError(f"'{words[0]}' cannot be run: {error.strerror or error}", 126) from error


def env(options: argparse.Namespace) -> int:
    """Print the variables that point an app at the server."""
    variables = _variables(_server_url(options), _settings(options))
    formats: dict[str, Callable[[str, str], str]] = {
        "shell": lambda name, value: f"export {name}='{value}'",
        "dotenv": lambda name, value: f"{name}={value}",
        "github": lambda name, value: f"{name}={value}",
    }
    if options.format == "json":
        print(json.dumps(variables, indent=2))
    else:
        print("\n".join(formats[options.format](name, value) for name, value in variables.items()))
    return OK


def providers(options: argparse.Namespace) -> int:
    """List the providers that are served, and where."""
    from mockserver.settings import discover  # noqa: PLC0415 - --help must not load providers

    url = _server_url(options)
    for provider in discover():
        print(f"{provider.title} ({provider.name}): instead of {provider.home} use {url}")
        print(f"  a key, for example: {provider.sample_key}")
        for operation in provider.routes:
            print(f"  {operation.method:<6} {operation.path}")
    return OK


def scenarios(options: argparse.Namespace) -> int:
    """List scenarios and faults, with what each provider answers."""
    from mockserver.settings import discover  # noqa: PLC0415 - --help must not load providers
    from mockserver.web.outcomes import listing  # noqa: PLC0415 - as above

    found = [provider for provider in discover() if options.provider in {None, provider.name}]
    if not found:
        names = ", ".join(provider.name for provider in discover())
        raise CommandError(f"there is no provider '{options.provider}'; there are: {names}", USAGE)
    print("\n".join(listing(found)))
    return OK


def clauses(options: argparse.Namespace) -> int:
    """Say what a clause means and where it stands, or list them."""
    from mockserver.control import rules  # noqa: PLC0415 - --help stays quick

    if options.provider not in {None, *rules.providers()}:
        raise CommandError(f"there is no provider '{options.provider}', but: {', '.join(rules.providers())}", USAGE)
    if options.id is None:
        for rule in rules.chosen(options.provider, kind="clause"):
            print(f"{rule.id}  {rule.rule}")
        return OK
    found = rules.rules().get(options.id)
    if found is None:
        near = rules.near(options.id)
        hint = f"The nearest are: {', '.join(near)}" if near else "'fauxreel clauses' lists them."
        raise CommandError(f"there is no clause '{options.id}'. {hint}")
    print(rules.told(found))
    return OK


def conduct(options: argparse.Namespace) -> int:
    """Print what clients did against the providers' advice; exit code 1 where they did, and only there."""
    from urllib.parse import urlencode  # noqa: PLC0415 - `serve` has no use for it, and starts sooner

    from mockserver.control.told import annotations, told  # noqa: PLC0415 - --help stays quick

    asked = {"provider": options.provider, "id": options.id}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    answer = _ask(options, "GET", f"conduct?{query}" if query else "conduct", there=True)
    formats = {
        "text": told,
        "json": lambda found: json.dumps(found, indent=2, ensure_ascii=False),
        "github": annotations,
    }
    text = formats[options.format](answer)
    if text:
        print(text)
    return FAILED if answer["total"] else OK


def backup(options: argparse.Namespace) -> int:
    """Copy a state file as it is at this instant, also while a server uses it."""
    from mockserver.stores.file import backup as copied  # noqa: PLC0415 - --help stays quick

    with _state_errors():
        copied(Path(options.file), Path(options.copy))
    return OK


def clock(options: argparse.Namespace) -> int:
    """Show the server's clock, or change it: first how time goes, then what time it is."""
    change = {name: value for name, value in (("mode", options.mode), ("speed", options.speed)) if value is not None}
    move = {"until": "idle"} if options.until_idle else {"seconds": options.advance}
    shown: dict[str, Any] = {}
    if change:
        shown |= _ask(options, "PUT", "clock", change)
    if options.until_idle or options.advance is not None:
        shown |= _ask(options, "POST", "clock/advance", move)
    print(json.dumps(shown or _ask(options, "GET", "clock"), indent=2))
    return OK


def reset(options: argparse.Namespace) -> int:
    """Begin a sandbox again; one that is not there is not made."""
    print(json.dumps(_ask(options, "POST", "reset", {}, there=True), indent=2))
    return OK


# What the commands share ----------------------------------------------------------------------------------------


def _settings(options: argparse.Namespace) -> "Settings":
    from mockserver.settings import SettingsError, load  # noqa: PLC0415 - --help must not load them

    config = getattr(options, "config", None)
    try:
        return load(_flags(options), os.environ, Path(config) if config else None)
    except SettingsError as error:
        raise CommandError(str(error), USAGE) from error


def _flags(options: argparse.Namespace) -> dict[str, object]:
    """What the command line sets; a switch that is off says nothing."""
    names = (
        "host",
        "port",
        "clock",
        "speed",
        "start",
        "keys",
        "listed",
        "seed",
        "only",
        "control_token",
        "pure",
        "access_log",
        "state",
        "workers",
    )
    values = {name: getattr(options, name, None) for name in names}
    flags: dict[str, object] = {
        name: value for name, value in values.items() if value is not None and value is not False
    }
    if getattr(options, "no_control", False):
        flags["control"] = False
    for assignment in getattr(options, "set", None) or ():
        name, equals, value = assignment.partition("=")
        if not equals:
            raise CommandError(f"--set wants NAME=VALUE, not '{assignment}'", USAGE)
        flags[name.strip()] = value.strip()
    return flags


@contextmanager
def _state_errors() -> Iterator[None]:
    """Have a state that cannot be used end the command, with a sentence."""
    from mockserver.core.store import StateError  # noqa: PLC0415 - as above

    try:
        yield
    except StateError as error:
        raise CommandError(str(error)) from error


def _bound(bound_socket: Callable[[str, int], Any], settings: "Settings") -> Any:  # noqa: ANN401 - a socket
    try:
        return bound_socket(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        hint = "Another server may be there; try -p 0 for a free port."
        raise CommandError(f"cannot listen on {where}: {error.strerror or error}. {hint}", CANNOT_BIND) from error


def _url_of(address: tuple[Any, ...]) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(address[0], address[0])  # noqa: S104 - read, not bound
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{address[1]}"


def _variables(url: str, settings: "Settings") -> dict[str, str]:
    """The variables by which apps and these commands find the server."""
    from mockserver.settings import discover  # noqa: PLC0415 - --help must not load providers

    found = {"FAUXREEL_URL": url}
    for provider in discover():
        if not settings.only or provider.name in settings.only:
            found |= dict.fromkeys(provider.base_url_variables, url)
            found |= dict.fromkeys(provider.key_variables, provider.sample_key)
    return found


def _server_url(options: argparse.Namespace) -> str:
    """The server's address; CommandError for what is none."""
    from mockserver.testing.line import Line, ServerError  # noqa: PLC0415 - `serve` has no use for it

    url: str = getattr(options, "url", None) or os.environ.get("FAUXREEL_URL") or DEFAULT_URL
    try:
        return Line(url).url
    except ServerError as error:
        raise CommandError(str(error), USAGE) from error


def _ask(options: argparse.Namespace, method: str, path: str, body: object = None, *, there: bool = False) -> Any:  # noqa: ANN401 - any JSON
    """Ask the control API for an object; `there`: of a sandbox that exists. What is refused is wrong usage."""
    from mockserver.testing.line import ControlError, Line, ServerError, segment  # noqa: PLC0415 - `serve` has no use for it

    root, _, name = _server_url(options).partition("/@")
    name = options.sandbox or name
    line = Line(root, options.control_token)
    try:
        if there and name not in {"", "default"}:
            line.ask("GET", f"/_mock/sandboxes/{segment(name)}")
        answer = line.ask(method, f"{f'/@{name}' if name else ''}/_mock/{path}", body)
    except ControlError as error:
        ours = error.code != "refused"
        raise CommandError(str(error), USAGE if ours and error.status < 500 else NO_SERVER) from error
    except ServerError as error:
        hint = "start one with 'fauxreel serve', or say where it is with --url"
        raise CommandError(f"{error}: {hint}", NO_SERVER) from error
    finally:
        line.close()
    if not isinstance(answer, dict) or (path.startswith("conduct") and "total" not in answer):
        raise CommandError(f"what answers at {root} is no fauxreel", NO_SERVER)
    return answer


def _banner(url: str, settings: "Settings") -> str:
    from mockserver import __version__  # noqa: PLC0415 - as above
    from mockserver.settings import provider_names  # noqa: PLC0415 - as above

    pace = {"scaled": f"{settings.speed:g} times real time", "frozen": "frozen", "auto": "moved by polls"}[
        settings.clock
    ]
    served = ", ".join(name for name in provider_names() if not settings.only or name in settings.only)
    lines = [
        f"fauxreel {__version__} on {url} (time: {pace}; Ctrl+C stops it)",
        f"  serves {served}: swap the host in your app and keep its paths ('fauxreel providers' lists them)",
    ]
    if settings.control:
        lines.append(f"  behind the scenes: {url}/_mock/jobs, /_mock/requests, /_mock/clock …")
    return "\n".join(lines)


# The parser -----------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="fauxreel", description="A stand-in for paid, asynchronous video-generation APIs.")
    parser.add_argument("--version", action=Version, help="print the version and stop")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    serving = _command(commands, "serve", serve, "serve until interrupted")
    server_flags(serving)
    serving.add_argument(
        "--workers", type=int, metavar="N", help="so many processes, which share a --state at redis://… (default: 1)"
    )
    serving.add_argument("-q", "--quiet", action="store_true", help="print no banner")
    serving.add_argument("--until-eof", action="store_true", help="stop when standard input ends, with who started it")

    running = _command(commands, "run", run, "start a server, run a command against it, stop: fauxreel run -- npm test")
    server_flags(running)
    running.add_argument("words", nargs=argparse.REMAINDER, metavar="-- CMD", help="the command and its arguments")

    environment = _command(commands, "env", env, "print the variables that point an app at the server")
    environment.add_argument(
        "--format", choices=["shell", "dotenv", "json", "github"], default="shell", help="default: shell"
    )
    client_flags(environment)
    listing = _command(commands, "providers", providers, "list what is served, and where")
    client_flags(listing)
    trouble = _command(commands, "scenarios", scenarios, "list how jobs can go, and what can disturb an exchange")
    trouble.add_argument("--provider", metavar="NAME", help="what this one answers (default: all of them)")

    explaining = _command(commands, "clauses", clauses, "say what a clause in X-Mock-Clause means, or list them")
    explaining.add_argument("id", nargs="?", metavar="ID", help="for example nanogpt.limits.fifty-submissions-a-minute")
    explaining.add_argument("--provider", help="list those of one provider")

    copying = _command(commands, "backup", backup, "copy a state file, also while a server uses it")
    copying.add_argument("file", metavar="FILE", help="the file that --state names")
    copying.add_argument("copy", metavar="COPY", help="a file that is not there yet")

    judging = _command(
        commands, "conduct", conduct, "say what clients did against the providers' advice; 1 if they did"
    )
    judging.add_argument("--provider", help="only what concerns one provider")
    judging.add_argument("--id", help="only one kind of finding, for example polled-too-fast")
    judging.add_argument("--format", choices=["text", "json", "github"], default="text", help="default: text")
    client_flags(judging)

    timing = _command(commands, "clock", clock, "show or move the server's clock")
    moving = timing.add_mutually_exclusive_group()
    moving.add_argument("--advance", type=float, metavar="SECONDS", help="move mock time forward")
    moving.add_argument("--until-idle", action="store_true", help="move mock time until all jobs have ended")
    timing.add_argument("--mode", choices=["scaled", "frozen", "auto"], help="how time goes from now on")
    timing.add_argument("--speed", type=float, help="how many times faster than real time")
    client_flags(timing)
    client_flags(_command(commands, "reset", reset, "begin again: no jobs, full balances"))
    return parser


def _command(
    commands: "argparse._SubParsersAction[Parser]",
    name: str,
    function: Callable[[argparse.Namespace], int],
    text: str,
) -> Parser:
    parser: Parser = commands.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".")
    parser.set_defaults(command=function, parser=parser)
    return parser
