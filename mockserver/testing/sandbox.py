"""Sandbox: one test's own world on a server, with its clock, accounts, jobs and requests."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Literal

from mockserver.testing import results
from mockserver.testing.line import ControlError, Line, segment
from mockserver.testing.results import Due, Entry, Fault, Findings, Job, Request, Webhook
from mockserver.testing.timeline import timeline

Mode = Literal["auto", "frozen", "scaled"]
PAGE = 1000
MATCH = ("provider", "method", "path", "key", "operation")
FAULT_WORDS = {"lasts": "for", "starts": "from", "ends": "until"}
"""The control API's words that Python keeps for itself."""


class Sandbox:
    """One isolated world: nothing that happens in it is seen from another one. `name` is its name on the server.

    Its methods ask the server and wait for the answer. Raises ControlError for what the server refuses.
    """

    def __init__(self, line: Line, name: str, providers: Mapping[str, Mapping[str, Any]]) -> None:
        self.name = name
        self.clock = Clock(self)
        self.conduct = Conduct(self)
        self._line = line
        self._providers = providers

    def __repr__(self) -> str:
        return f"<fauxreel {self.url()}>"

    # Pointing an app at it ------------------------------------------------------------------------------------

    def url(self, provider: str | None = None) -> str:
        """The base URL that takes the place of the provider's host, without a slash at its end."""
        if provider is not None:
            self._known(provider)
        return f"{self._line.url}/@{self.name}"

    def key(self, provider: str, word: str | None = None) -> str:
        """A key that the provider takes; `word` makes it another one, and may act (`broke`, `revoked` …)."""
        sample: str = self._known(provider)["sample_key"]
        return sample if word is None else f"{sample}-{word}"

    def variables(self) -> dict[str, str]:
        """The variables by which apps find the providers: FAUXREEL_URL, base URLs and keys."""
        found = {"FAUXREEL_URL": self.url()}
        for name, provider in self._providers.items():
            found |= dict.fromkeys(provider["base_url_variables"], self.url(name))
            found |= dict.fromkeys(provider["key_variables"], self.key(name))
        return found

    # How jobs go ----------------------------------------------------------------------------------------------

    def scenario(self, name: str, *, times: int | None = None, at: float | None = None, **match: str) -> None:
        """Say how jobs go that do not say so themselves: all from now on, or the next `times`.

        `at` is the fraction of a job's life at which it happens. With provider, model, key, path or text (globs but for
        the first and the last) it is for the jobs whose submission fits; what was said last is asked first.
        """
        if times is not None and not match:
            self.queue(name, times=times, at=at)
            return
        plan = self.ask("GET", "scenarios")
        laid = {part: plan[part] for part in ("default", "at", "queue", "rules")}
        if match:
            laid["rules"] = [{"match": match, "scenario": name, "at": at, "times": times}, *laid["rules"]]
        else:
            laid |= {"default": name, "at": at}
        self.ask("PUT", "scenarios", laid)

    def queue(self, *names: str, times: int = 1, at: float | None = None, provider: str | None = None) -> None:
        """Say how the next jobs go, one after the other; `times` of each."""
        for name in names:
            asked = {"scenario": name, "times": times, "at": at, "provider": provider}
            self.ask("POST", "scenarios/queue", asked)

    def end(self, job: Job | str, how: Literal["done", "failed", "cancelled"] = "done") -> Job:
        """Call a job (or the one of this id) to an end now, and answer it."""
        job_id = job if isinstance(job, str) else job.id
        return results.job(self.ask("POST", f"jobs/{segment(job_id)}/end", {"as": how}))

    # What disturbs exchanges ----------------------------------------------------------------------------------

    def fault(self, name: str, argument: float | None = None, **how: object) -> Fault:
        """Disturb exchanges to come: `fault("status", 503, times=1)`; answers the fault that is laid down.

        How: times, after, every, probability; lasts (seconds of mock time), starts, ends (instants). Which requests:
        provider, method, path, key, operation.
        """
        match = {asked: how.pop(asked) for asked in MATCH if asked in how}
        asked = {FAULT_WORDS.get(one, one): _plain(value) for one, value in how.items()}
        written = name if argument is None else f"{name}({argument:g})"
        return results.fault(self.ask("POST", "faults", {"fault": written, "match": match, **asked}))

    def faults(self) -> list[Fault]:
        """The faults that are laid down, with how often each has struck."""
        return [results.fault(told) for told in self.ask("GET", "faults")["items"]]

    def lift(self, fault: Fault | None = None) -> None:
        """Take a fault away; left out: all of them."""
        self.ask("DELETE", "faults" if fault is None else f"faults/{segment(fault.id)}")

    # What happened --------------------------------------------------------------------------------------------

    def account(self, provider: str, key: str | None = None) -> "Account":
        """The account of a key; left out: of `key(provider)`."""
        return Account(self, provider, key or self.key(provider))

    def jobs(self, provider: str | None = None, state: str | None = None) -> list[Job]:
        """The jobs, the first one first."""
        found = self._pages("jobs", "after", {"provider": provider, "state": state})
        return [results.job(told) for told in reversed(list(found))]

    def job(self, job_id: str) -> Job:
        """One job; ControlError if there is none of this id."""
        return results.job(self.ask("GET", f"jobs/{segment(job_id)}"))

    def requests(self, **filters: object) -> list[Request]:
        """The exchanges with providers, the first one first; as many as the journal keeps.

        Filters are those of `GET /_mock/requests`: provider, operation, status, job, method, path, key, clause …
        """
        return [results.request(told) for told in reversed(list(self._pages("requests", "before", filters)))]

    def count(self, **filters: object) -> int:
        """How many exchanges the journal has, with the filters of `requests`; and `body`, JSON that theirs contains."""
        count: int = self.ask("POST", "requests/count", filters)["count"]
        return count

    def webhooks(self, job: Job | str | None = None) -> list[Webhook]:
        """The attempts to announce the ends of jobs, the first one first."""
        job_id = job.id if isinstance(job, Job) else job
        return [results.webhook(told) for told in reversed(list(self._pages("webhooks", None, {"job": job_id})))]

    def timeline(self, lines: int = 60) -> str:
        """What happened, in order of time: requests, changes of jobs, money; the last `lines` of it, keys redacted."""
        return timeline(self, lines)

    # As it was ------------------------------------------------------------------------------------------------

    def snapshot(self, name: str = "snapshot") -> str:
        """Keep the sandbox as it is now, all but its journal; answers the name by which it is restored."""
        kept: str = self.ask("POST", "snapshots", {"name": name})["name"]
        return kept

    def restore(self, name: str = "snapshot") -> None:
        """Have the sandbox as it was at a snapshot, its time included."""
        self.ask("PUT", f"snapshots/{segment(name)}/restore")

    def fork(self, name: str) -> "Sandbox":
        """Make another sandbox, of this name, that begins as this one is now; `close()` it when it is not needed."""
        self._line.ask("POST", "/_mock/sandboxes", {"name": name, "from": self.name})
        return Sandbox(self._line, name, self._providers)

    # All of it ------------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Begin again: no jobs, full balances, the first instant, an empty journal."""
        self.ask("POST", "reset")

    def close(self) -> None:
        """Forget the sandbox; to use it again makes a new one of the same name, as the server's settings say."""
        try:
            self._line.ask("DELETE", f"/_mock/sandboxes/{self.name}")
        except ControlError as error:
            if error.status != 404:
                raise

    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Ask the control API of this sandbox for anything, as in `ask("GET", "clock")`; answers its JSON."""
        return self._line.ask(method, f"/@{self.name}/_mock/{path}", body, query)

    def _known(self, provider: str) -> Mapping[str, Any]:
        found = self._providers.get(provider)
        if found is None:
            raise ValueError(f"'{provider}' is not served here; there are: {', '.join(self._providers)}")
        return found

    def _pages(self, path: str, cursor: str | None, query: Mapping[str, object]) -> Iterator[Mapping[str, Any]]:
        asked = {"limit": PAGE, **query}
        while True:
            page = self.ask("GET", path, query=asked)
            yield from page["items"]
            if page["next"] is None or cursor is None:
                return
            asked[cursor] = page["next"]


class Clock:
    """A sandbox's time, which goes forward alone."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._ask = partial(sandbox.ask)

    def __repr__(self) -> str:
        return f"<clock {self.mode} {self.now.isoformat()}>"

    @property
    def now(self) -> datetime:
        """Mock time, aware, in UTC."""
        return results.instant(self._ask("GET", "clock")["now"])

    @property
    def mode(self) -> Mode:
        """How time goes: `auto` is moved by polls, `frozen` by hand alone, `scaled` runs."""
        mode: Mode = self._ask("GET", "clock")["mode"]
        return mode

    def advance(
        self,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
        to: datetime | str | None = None,
        until: Literal["idle"] | None = None,
    ) -> list[Due]:
        """Move time forward: by a span, `to` an instant, or `until="idle"`, when all jobs have ended.

        Answers what became due on the way. Webhooks that fall due are delivered before it returns.
        """
        span = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        if sum((bool(span), to is not None, until is not None)) > 1:
            raise TypeError("advance goes by a span, to an instant, or until idle: say one of them")
        move: dict[str, object] = {"seconds": span.total_seconds()}
        if to is not None:
            move = {"to": to if isinstance(to, str) else to.isoformat()}
        elif until is not None:
            move = {"until": until}
        return [results.due(told) for told in self._ask("POST", "clock/advance", move)["due"]]

    def freeze(self) -> None:
        """Let time stand still, to be moved by hand."""
        self._ask("PUT", "clock", {"mode": "frozen"})

    def auto(self) -> None:
        """Let each poll of an unfinished job move time to that job's next change."""
        self._ask("PUT", "clock", {"mode": "auto"})

    def run(self, speed: float = 60) -> None:
        """Let time run, `speed` times as fast as real time."""
        self._ask("PUT", "clock", {"mode": "scaled", "speed": speed})


class Conduct:
    """What clients did against the providers' advice; `assert not fauxreel.conduct.findings`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._ask = partial(sandbox.ask)

    @property
    def findings(self) -> Findings:
        """The findings, by the first request that each rests on: a list, which `print` shows a line each."""
        return Findings(results.finding(told) for told in self._ask("GET", "conduct")["items"])

    def forget(self) -> None:
        """Judge anew: what was asked until now is held against nobody."""
        self._ask("DELETE", "conduct")


class Account:
    """What a key has at a provider; each look is a look at this instant. Sums are in the account's `unit`."""

    def __init__(self, sandbox: Sandbox, provider: str, key: str) -> None:
        self.provider = provider
        self.key = key
        self._sandbox = sandbox
        self._path = f"accounts/{segment(provider)}/{segment(key)}"

    def __repr__(self) -> str:
        return f"<account of {self.provider}: {self.available} {self.unit} available, {self.charged} charged>"

    @property
    def charged(self) -> int:
        """How many jobs the account has paid for and was not given the whole price back of.

        A price that is only held does not count, and neither does a job that cost nothing.
        """
        paid: dict[str | None, Decimal] = {}
        for entry in self.ledger:
            sign = {"charge": 1, "refund": -1}.get(entry.kind, 0)
            paid[entry.job] = paid.get(entry.job, Decimal(0)) + sign * entry.amount
        return sum(1 for left in paid.values() if left > 0)

    @property
    def available(self) -> Decimal:
        """What can be spent: granted, less spent, less held."""
        return self._sum("available")

    @property
    def spent(self) -> Decimal:
        """What was charged and not refunded."""
        return self._sum("spent")

    @property
    def held(self) -> Decimal:
        """What is set aside for jobs that still run."""
        return self._sum("held")

    @property
    def granted(self) -> Decimal:
        """What the account was given."""
        return self._sum("granted")

    @property
    def unit(self) -> str:
        """What its sums are counted in, such as `USD` or `credits`."""
        unit: str = self.told["unit"]
        return unit

    @property
    def ledger(self) -> list[Entry]:
        """What moved its money, the oldest first."""
        return [results.entry(told) for told in self._sandbox.ask("GET", f"{self._path}/ledger")["items"]]

    @property
    def told(self) -> dict[str, Any]:
        """All that the control API tells of it: plan, limits, flags, and what the provider alone has."""
        told: dict[str, Any] = self._sandbox.ask("GET", self._path)
        return told

    def set(self, **changes: object) -> None:
        """Lay down what it is from now on, as `PUT /_mock/accounts/…` takes it: available, limits, flags and so on."""
        self._sandbox.ask("PUT", self._path, {name: _plain(value) for name, value in changes.items()})

    def _sum(self, name: str) -> Decimal:
        return Decimal(self.told[name])


def _plain(value: object) -> object:
    """Write a value as JSON has it: sums as decimal strings, instants in ISO 8601, sets as lists."""
    match value:
        case Decimal():
            return str(value)
        case datetime():
            return value.isoformat()
        case set() | frozenset() | tuple():
            return sorted(value, key=str)
        case _:
            return value
