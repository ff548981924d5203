"""Server: fauxreel in a process of its own, for as long as a test session lasts.

A process and not a thread: what tests do to their own process (a patched clock or `sleep`, a fake file system, traced
lines, a blocked event loop) never reaches the server, and the test process loads nothing that a server needs.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from mockserver.testing.line import Line, ServerError
from mockserver.testing.sandbox import Sandbox
from mockserver.testing.terms import flat, sandbox_terms, written

HOME = str(Path(__file__).parents[2])
STARTS = "import sys; sys.path.append(sys.argv.pop(1)); from mockserver.cli import main; sys.exit(main())"
ITS_OWN = {"control": True, "control_token": None, "access_log": False, "state": None, "workers": 1}
"""What a test server needs, whatever a settings file says."""

MEASURED = ("COVERAGE_PROCESS", "COV_CORE")
STOPS_WITHIN = 5.0


class Server:
    """A server on a free port of this machine: `with Server() as server: server.sandbox()`.

    Takes the settings of a server; those of a provider as a table, `nanogpt={"profile": "2025"}`. What is left out is
    as `FAUXREEL_*` and `fauxreel.toml` in `folder` (or the file `config`) say. With `url` it is one that runs already.
    """

    def __init__(
        self,
        *,
        url: str | None = None,
        token: str | None = None,
        config: str | os.PathLike[str] | None = None,
        folder: str | os.PathLike[str] | None = None,
        **settings: object,
    ) -> None:
        self._settings = settings
        self._config, self._folder = config, folder
        self._process: subprocess.Popen[str] | None = None
        self._owner = os.getpid()
        self._log: IO[bytes] | None = None
        self._numbers = count(1)
        self._providers: dict[str, dict[str, Any]] | None = None
        self._line = None if url is None else Line(url, token)
        self._shared = url is not None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end; it is started if it does not run yet."""
        return self.start().url

    @property
    def providers(self) -> Mapping[str, Mapping[str, Any]]:
        """The providers that it serves, by name, as `GET /_mock/providers` tells of them."""
        if self._providers is None:
            told = self.start().ask("GET", "/_mock/providers")["items"]
            self._providers = {one["name"]: one for one in told}
        return self._providers

    def sandbox(self, name: str | None = None, **terms: object) -> Sandbox:
        """Make a sandbox, named or with a name of its own; `close()` it when it is not needed any more.

        clock: `auto` (as it is when left out), `frozen` or `scaled`, or what the control API takes. speed, start: of
        that clock. seed: of all chance. scenario, at: how jobs go that do not say so themselves. accounts: what can be
        spent, `{"nanogpt": {"sk-1": "10"}}`. A provider's name: its settings, `nanogpt={"profile": "2025"}`.
        """
        body = sandbox_terms({"clock": "auto", **terms}, self.providers)
        line = self.start()
        made = Sandbox(line, name or self._next_name(), self.providers)
        line.ask("POST", "/_mock/sandboxes", {"name": made.name, **body})
        scenario, at = terms.get("scenario"), terms.get("at")
        if scenario is not None:
            made.ask("PUT", "scenarios", {"default": scenario, "at": at})
        return made

    def start(self) -> Line:
        """Start it unless it runs; raises ServerError, with its own words, if it cannot start."""
        if self._line is None:
            self._line = Line(self._started())
        return self._line

    def stop(self) -> None:
        """Stop it, if this process started it."""
        if self._line is not None:
            self._line.close()
        process, self._process = self._process, None
        if process is None or os.getpid() != self._owner:
            return
        self._line = None
        _end(process)
        if self._log is not None:
            self._log.close()

    def log(self, since: int = 0) -> str:
        """What it has complained of, after the first `since` bytes: tracebacks of its own defects, mostly nothing."""
        if self._log is None or self._log.closed:
            return ""
        self._log.seek(since)
        return self._log.read().decode("utf-8", "replace")

    @property
    def log_size(self) -> int:
        """How many bytes its log has by now."""
        return 0 if self._log is None or self._log.closed else os.fstat(self._log.fileno()).st_size

    def _next_name(self) -> str:
        """A name that nobody else has: a server may be shared by several processes."""
        return f"{os.getpid()}-{os.urandom(4).hex()}" if self._shared else f"t{next(self._numbers)}"

    def _started(self) -> str:
        settings = {**flat(self._settings), **ITS_OWN}
        flags = [f"--set={name}={written(value)}" for name, value in settings.items()]
        config = [] if self._config is None else [f"--config={os.fspath(self._config)}"]
        words = ["serve", "--quiet", "--until-eof", "--host=127.0.0.1", "--port=0", *config, *flags]
        self._log = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - closed by `stop`; the server appends to it
        # -P: a module of the tested project is not to be taken for one of the standard library's.
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-P", "-c", STARTS, HOME, *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, cwd=self._folder,
            env=_environment(), **_apart(),
        )  # fmt: skip
        self._process = process
        said = process.stdout.readline().strip() if process.stdout else ""
        if not said.startswith("FAUXREEL_URL="):
            _end(process)
            self._process = None
            raise ServerError(f"the server did not start: {self.log().strip() or said or 'it said nothing'}")
        return said.removeprefix("FAUXREEL_URL=")


def _environment() -> dict[str, str]:
    """This process's environment, less what would have the server measured along with the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith(MEASURED)}


def _apart() -> dict[str, Any]:
    """Keep a Ctrl+C that is meant for the tests from the server, so that they can tidy up."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0}


def _end(process: "subprocess.Popen[str]") -> None:
    """Close the server's standard input, which ends it, and wait; one that does not end is killed."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
