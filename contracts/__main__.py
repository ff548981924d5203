"""`python -m contracts`: check, check-citations, count, export, ledger.

Exit codes: 0 fine, 1 findings, 2 usage, a bad contract, or no server.
"""

import argparse
import json
import sys
from collections.abc import Sequence

from contracts.harness import citations, export, ledger, page
from contracts.harness.check import command as checking
from contracts.harness.load import ContractError, load, providers


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except ContractError as error:
        print(error, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "check":
            return checking.main(options)
        case "check-citations":
            return check_citations()
        case "export":
            return export_clauses(check=options.check)
        case "ledger":
            return show_ledger(options.format, write=options.write)
        case _:
            return count(markdown=options.markdown)


def check_citations() -> int:
    """Print what is wrong with the citations; 1 when there is something."""
    found = citations.check()
    for finding in found:
        print(finding)
    print(f"{len(found)} findings in {len(providers())} contracts")
    return 1 if found else 0


def count(*, markdown: bool) -> int:
    """Print how many clauses and gaps each provider has; our own control API has none."""
    counts = [ledger.count(contract) for contract in map(load, providers()) if contract.clauses]
    print(ledger.counts_markdown(counts) if markdown else ledger.counts_text(counts))
    return 0


def export_clauses(*, check: bool) -> int:
    """Write the clauses for the server, or only say whether what is written is as the contracts are; 1 when not."""
    if not check:
        export.FILE.write_text(export.wanted(), encoding="utf-8")
    elif not export.fresh():
        print(f"{export.FILE.name} is not what the contracts say: run {export.REFRESH}")
        return 1
    print(f"{export.FILE.name} is as the contracts are")
    return 0


def show_ledger(kind: str, *, write: bool) -> int:
    """Print the whole ledger, or write its page; 1 when a clause is proven by nothing."""
    found = page.proofs()
    if write:
        page.PAGE.write_text(page.markdown(found), encoding="utf-8")
        print(f"{page.PAGE.name} is as contracts and proofs are")
    elif kind == "json":
        print(json.dumps(page.as_json(found), indent=2, ensure_ascii=False))
    else:
        print(page.text(found) if kind == "text" else page.markdown(found), end="\n" if kind == "text" else "")
    return 1 if page.unproven(found) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m contracts", description="Reads the contracts and their sources.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check-citations", help="everything names where it stands")
    checking.add_parser(commands)
    counting = commands.add_parser("count", help="clauses and gaps of each provider")
    counting.add_argument("--markdown", action="store_true", help="as a Markdown table")
    showing = commands.add_parser("ledger", help="each clause, where it stands, and the tests that prove it")
    showing.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    showing.add_argument("--write", action="store_true", help=f"write {page.PAGE.name}")
    exporting = commands.add_parser(
        "export", help="write the clauses into the server's package, which explains by them"
    )
    exporting.add_argument("--check", action="store_true", help="only say whether that was done")
    return parser


if __name__ == "__main__":
    sys.exit(main())
