"""`python -m contracts check`: judge a server by what the documents say."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

import httpx

from contracts.harness.check import artnex, nanogpt, nouvel, reports, viddyscribe
from contracts.harness.check.checks import NO_PATTERNS, Manner
from contracts.harness.check.exchanges import Who
from contracts.harness.check.purse import Purse
from contracts.harness.check.runs import Outcome, Report, checks, compared, resting_on, run
from contracts.harness.check.servers import Control, Pace, Server, UnreachableError
from contracts.harness.check.visits import Bench

MANNERS: Mapping[str, Manner] = {each.MANNER.name: each.MANNER for each in (artnex, nanogpt, nouvel, viddyscribe)}
"""Those that can be judged, by their names."""
PROVENANCES = ("documented", "vendor", "inferred")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be judged, and how: the options of the command.

    `key` and `other_key` are for every provider that has none of its own in `own_keys` and `own_other_keys`.
    """

    base_url: str
    providers: tuple[str, ...] = tuple(sorted(MANNERS))
    key: str | None = None
    other_key: str | None = None
    own_keys: Mapping[str, str] = field(default_factory=lambda: NO_PATTERNS)
    own_other_keys: Mapping[str, str] = field(default_factory=lambda: NO_PATTERNS)
    spend: Decimal | None = None
    control: str | None = None
    control_token: str | None = None
    mock: str | None = None
    dry_run: bool = False
    provenances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run needs of the world: how it reaches servers, waits, and speaks; tests bring their own."""

    transport: httpx.AsyncBaseTransport | None = None
    mock_transport: httpx.AsyncBaseTransport | None = None
    pace: Pace = field(default_factory=Pace)
    say: Callable[[str], None] = print


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to a command line."""
    parser = commands.add_parser("check", help="judge a server by what the documents say")
    parser.add_argument("provider", nargs="?", choices=sorted(MANNERS), help="all of them unless named")
    parser.add_argument("--base-url", required=True, metavar="URL", help="where the server is")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="[PROVIDER=]KEY",
        help="an API key, of one provider or for all; without one only what needs none is checked",
    )
    parser.add_argument("--other-key", action="append", default=[], metavar="[PROVIDER=]KEY",
                        help="a key of another account, which must not see our jobs")  # fmt: skip
    parser.add_argument("--spend", type=_sum, metavar="MAX", help="what may be spent, in the provider's unit")
    parser.add_argument("--control", metavar="URL", help="the /_mock of a mock, to move its time")
    parser.add_argument("--control-token", metavar="TOKEN", help="the control API's token, where it wants one")
    parser.add_argument("--mock", metavar="URL", help="a mock, whose answers are shown beside")
    parser.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")
    parser.add_argument("--provenance", type=_provenances, default=(), metavar="KINDS",
                        help="only checks that rest on such clauses: documented,vendor,inferred")  # fmt: skip
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write JSON")
    parser.add_argument("--verbose", "-v", action="store_true", help="name what passed, too")


def main(options: argparse.Namespace, around: Surroundings | None = None) -> int:
    """Run the command: 0 nothing found, 1 findings, 2 wrong usage, no server, or a key that it refuses."""
    around = around or Surroundings()
    try:
        wish = _wish(options)
        found = asyncio.run(judge(wish, around))
    except (UnreachableError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if wish.dry_run:
        return 0
    around.say(reports.text(found, verbose=options.verbose))
    if options.junit:
        options.junit.write_text(reports.junit(found), encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(reports.as_json(found), indent=2) + "\n", encoding="utf-8")
    if any(report.findings for report in found):
        return 1
    return 2 if any(report.refused for report in found) else 0


async def judge(wish: Wish, around: Surroundings) -> list[Report]:
    """Judge each of the providers, and compare it with a mock where there is one; nothing is sent in a dry run."""
    found = []
    for name in wish.providers:
        manner = MANNERS[name]
        chosen = checks(manner, wish.provenances)
        reason = formless(manner, wish)
        if reason is not None:
            around.say(f"{name}: {reason}")
            outcomes = tuple(Outcome(check.name, check.clauses, skipped=reason) for check in chosen)
            found.append(Report(name, wish.base_url, outcomes, f"0 {manner.unit}"))
            continue
        async with _bench(manner, wish, around) as bench:
            around.say(reports.plan(bench, chosen))
            live = await run(bench, () if wish.dry_run else chosen)
        if wish.mock is not None:
            made = {outcome.name for outcome in live.outcomes if outcome.state != "skipped"}
            async with _mock_bench(manner, wish, around) as bench:
                live = compared(live, await run(bench, [check for check in chosen if check.name in made]))
        found.append(resting_on(live, wish.provenances) if wish.provenances else live)
    return found


@asynccontextmanager
async def _bench(manner: Manner, wish: Wish, around: Surroundings) -> AsyncIterator[Bench]:
    """The server that is judged, and its control API if there is one."""
    async with Server(wish.base_url, around.transport) as server, AsyncExitStack() as stack:
        control = None
        if wish.control is not None:
            control = Control(wish.control, around.transport, wish.control_token)
            stack.push_async_callback(control.aclose)
        purse = Purse(wish.spend, manner.unit)
        yield Bench(manner, server, keys(manner, wish), purse, control, around.pace, around.say)


@asynccontextmanager
async def _mock_bench(manner: Manner, wish: Wish, around: Surroundings) -> AsyncIterator[Bench]:
    """The mock beside it, which has a control API and takes any key."""
    address = str(wish.mock).rstrip("/")
    async with Server(address, around.mock_transport) as server:
        control = Control(f"{address}/_mock", around.mock_transport, wish.control_token)
        try:
            purse = Purse(wish.spend, manner.unit)
            yield Bench(manner, server, keys(manner, wish, mock=True), purse, control, around.pace)
        finally:
            await control.aclose()


def keys(manner: Manner, wish: Wish, *, mock: bool = False) -> dict[Who, str]:
    """The keys that a run has; a mock takes any, so the other key is made up there."""
    found = {Who.STRANGER: manner.stranger}
    key = wish.own_keys.get(manner.name, wish.key)
    if key is not None:
        found[Who.US] = key
        if mock or wish.control is not None:
            found[Who.OTHER] = f"{key}-another"
    other = wish.own_other_keys.get(manner.name, wish.other_key)
    if other is not None:
        found[Who.OTHER] = other
    return found


def formless(manner: Manner, wish: Wish) -> str | None:
    """Why a key that is meant for all cannot be one of this provider's; None: it can, or was given for this one."""
    named = len(wish.providers) == 1
    given = ((wish.key, wish.own_keys), (wish.other_key, wish.own_other_keys))
    if named or all(key is None or manner.name in own or key.startswith(manner.prefix) for key, own in given):
        return None
    return f"skipped: its keys begin with {manner.prefix}, and yours does not; give it one: --key {manner.name}=KEY"


def _wish(options: argparse.Namespace) -> Wish:
    for name in ("base_url", "control", "mock"):
        address = getattr(options, name)
        if address is not None and not address.startswith(("http://", "https://")):
            raise ValueError(f"--{name.replace('_', '-')}: an address with http:// or https:// is needed")
    if options.spend is not None and options.provider is None:
        raise ValueError("--spend: name one provider; each counts in a unit of its own")
    providers = (options.provider,) if options.provider else tuple(sorted(MANNERS))
    key, own_keys = _given("--key", options.key, providers)
    other_key, own_other_keys = _given("--other-key", options.other_key, providers)
    return Wish(
        base_url=options.base_url,
        providers=providers,
        key=key,
        other_key=other_key,
        own_keys=own_keys,
        own_other_keys=own_other_keys,
        spend=options.spend,
        control=options.control,
        control_token=options.control_token,
        mock=options.mock,
        dry_run=options.dry_run,
        provenances=options.provenance,
    )


def _given(option: str, texts: Sequence[str], providers: Collection[str]) -> tuple[str | None, dict[str, str]]:
    """The key for all, if there is one, and the keys of single providers; raises ValueError for two of a kind."""
    everyones, own = None, dict[str, str]()
    for text in texts:
        name, _, key = text.partition("=")
        if not text or (name in MANNERS and not key):
            raise ValueError(f"{option}: the key is empty")
        if name in MANNERS:
            if name in own:
                raise ValueError(f"{option}: two keys for {name}")
            if name not in providers:
                raise ValueError(f"{option}: there is a key for {name}, which is not checked")
            own[name] = key
        elif everyones is not None:
            raise ValueError(f"{option}: two keys for all; say whose each is, as in {option} nouvel=KEY")
        else:
            everyones = text
    return everyones, own


def _sum(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no sum") from None
    if not amount.is_finite() or amount < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no sum that can be spent")
    return amount


def _provenances(text: str) -> tuple[str, ...]:
    kinds = tuple(text.split(","))
    if strangers := set(kinds) - set(PROVENANCES):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(strangers))}: there are {', '.join(PROVENANCES)}")
    return kinds
