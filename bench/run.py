"""`make bench`: fauxreel beside bare uvicorn, in one go on one machine; prints ratios, and whether each reaches its aim.

Needs wrk. Each figure is the median of several short runs, taken in turns with the baseline, so that a busy machine
slows both. Everything is on in fauxreel: keys, limits (lifted to fit the load), ledger and journal.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

HERE = Path(__file__).parent
BARE, FAUX = 4801, 4802
KEY = "sk-nano-bench"
ORDER = '{"model":"veo2-video","prompt":"A majestic eagle soaring through mountain peaks at sunset","duration":"5s","aspect_ratio":"16:9"}'
STORED = 100_000


def main() -> int:
    """Run all, print the table, and exit with 1 when an aim is missed and --strict is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=2, help="of one run")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind; the median counts")
    parser.add_argument("--stored", type=int, default=STORED, help="jobs for the second half")
    parser.add_argument("--strict", action="store_true", help="fail when an aim is missed")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("bench: wrk is missing (Debian: apt-get install wrk); nothing was measured", file=sys.stderr)
        return 1
    bench = Bench(options.seconds, options.rounds)
    with bare_server(), faux_server() as process:
        bench.measure(process.pid, options.stored)
    bench.start_up()
    return bench.report(strict=options.strict)


class Bench:
    """Collects ratios and the aims they have."""

    def __init__(self, seconds: int, rounds: int) -> None:
        self.seconds, self.rounds = seconds, rounds
        self.rows: list[tuple[str, float, str, bool]] = []

    def least(self, name: str, value: float, aim: float) -> None:
        """Note a ratio that should be at least so much."""
        self.rows.append((name, value, f">= {aim}", value >= aim))

    def most(self, name: str, value: float, aim: float) -> None:
        """Note a figure that should be at most so much."""
        self.rows.append((name, value, f"<= {aim}", value <= aim))

    def against_bare(
        self, path: str, *, body: str | None = None, key: str | None = KEY, status: int = 200
    ) -> tuple[float, float]:
        """Give the ratio to bare uvicorn, and the rate, in requests a second, that it rests on."""
        bare, faux = [], []
        for _ in range(self.rounds):
            bare.append(wrk(BARE, "/", self.seconds, body, None))
            faux.append(wrk(FAUX, path, self.seconds, body, key, expected=status))
        return statistics.median(faux) / statistics.median(bare), statistics.median(faux)

    def measure(self, pid: int, stored: int) -> None:
        """Measure poll, submit, refusals and downloads, with few and with many stored jobs."""
        run_id = submit()
        poll = f"/api/video/status?requestId={run_id}"
        ratio, poll_few = self.against_bare(poll)
        self.least("poll / bare, no stored jobs", ratio, 0.55)
        reset()
        submits = []
        for _ in range(self.rounds):
            reset()
            submits.append(self.against_bare_once("/api/generate-video", ORDER, 202))
        self.least("submit / bare, no stored jobs", statistics.median(ratio for ratio, _ in submits), 0.45)
        submit_few = statistics.median(rate for _, rate in submits)
        self.least("refusal (no key) / bare", self.against_bare(poll, key=None, status=401)[0], 0.5)
        self.least(
            "refusal (broke) / bare",
            self.against_bare("/api/generate-video", body=ORDER, key="broke", status=402)[0],
            0.5,
        )
        self.many(pid, stored, poll_few, submit_few)
        self.download()

    def against_bare_once(self, path: str, body: str, status: int) -> tuple[float, float]:
        """Give one run's ratio and rate."""
        bare = wrk(BARE, "/", self.seconds, body, None)
        faux = wrk(FAUX, path, self.seconds, body, KEY, expected=status)
        return faux / bare, faux

    def many(self, pid: int, stored: int, poll_few: float, submit_few: float) -> None:
        """Measure again beside many stored jobs, and what one of them takes of memory."""
        reset()
        for _ in range(2000):  # what the journal and the caches keep is there before the memory is looked at
            submit()
        before, jobs_before = resident(pid), jobs()
        while jobs() < stored:
            wrk(FAUX, "/api/generate-video", 1, ORDER, KEY, expected=202)
        self.most("memory, KB a stored job", (resident(pid) - before) / (jobs() - jobs_before) / 1024, 1.5)
        run_id = submit()
        poll = f"/api/video/status?requestId={run_id}"
        ratio, rate = self.against_bare(poll)
        self.least(f"poll / bare, {stored} jobs", ratio, 0.55)
        ratio, submit_rate = self.against_bare("/api/generate-video", body=ORDER, status=202)
        self.least(f"submit / bare, {stored} jobs", ratio, 0.45)
        self.least(f"poll at {stored} jobs / at none", rate / poll_few, 0.9)
        self.least(f"submit at {stored} jobs / at none", submit_rate / submit_few, 0.9)

    def download(self) -> None:
        """Measure the download of a clip of about 300 KB that is kept in memory."""
        run_id = submit(duration="11s")
        ask("POST", f"/_mock/jobs/{run_id}/end", {"as": "done"})
        link = json.loads(ask("GET", f"/api/video/status?requestId={run_id}"))["data"]["output"]["video"]["url"]
        path = "/" + link.split("/", 3)[3]
        size = len(ask("GET", path))
        self.least(f"download of {size // 1000} KB / bare hello", self.against_bare(path)[0], 0.25)

    def start_up(self) -> None:
        """Measure how long after the command the first answer comes."""
        plain = [word for word in faux_command() if word != "--set" and not word.startswith("nanogpt.")]
        bare = statistics.median(ready_after(bare_command(), BARE) for _ in range(7))
        faux = statistics.median(ready_after(plain, FAUX) for _ in range(7))
        self.most("start until ready / bare uvicorn's", faux / bare, 1.6)
        first = statistics.median(ready_after(plain, FAUX, "/api/video/status") for _ in range(7))
        self.rows.append(("start until a provider answers / bare", first / bare, "(none)", True))

    def report(self, *, strict: bool) -> int:
        """Print the table."""
        width = max(len(name) for name, *_ in self.rows)
        for name, value, aim, reached in self.rows:
            print(f"{name:<{width}}  {value:6.2f}  {aim:<8} {'ok' if reached else 'MISSED'}")
        return 1 if strict and not all(reached for *_, reached in self.rows) else 0


def wrk(port: int, path: str, seconds: int, body: str | None, key: str | None, expected: int = 200) -> float:
    """Give the requests a second that wrk gets answered with the expected status."""
    lines = [f'wrk.method = "{"GET" if body is None else "POST"}"']
    if body is not None:
        lines += [f"wrk.body = [==[{body}]==]", 'wrk.headers["Content-Type"] = "application/json"']
    if key is not None:
        lines.append(f'wrk.headers["x-api-key"] = "{key}"')
    check = wrong_status(port, path, body, key, expected)
    if check is not None:
        sys.exit(f"bench: {path} answered {check}, not {expected}")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write("\n".join(lines))  # a response hook would slow wrk itself; the status was checked beforehand
        script.flush()
        command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "-s", script.name, f"http://127.0.0.1:{port}{path}"]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s*([\d.]+)", printed)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    if found is None or (expected < 400 and failed is not None):
        sys.exit(f"bench: wrk failed at {path}:\n{printed}")
    return float(found[1])


def wrong_status(port: int, path: str, body: str | None, key: str | None, expected: int) -> int | None:
    """Give the status of one request, if it is not the expected one."""
    if port == BARE:
        return None
    status = int(
        ask("GET" if body is None else "POST", path, None if body is None else json.loads(body), key=key, want="status")
    )
    return None if status == expected else status


def ask(method: str, path: str, body: object = None, key: str | None = KEY, want: str = "body") -> bytes:
    """Send one request to fauxreel and give its body, or its status as text."""
    headers = {"content-type": "application/json"} | ({} if key is None else {"x-api-key": key})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{FAUX}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            content: bytes = response.read()
            return content if want == "body" else str(response.status).encode()
    except urllib.error.HTTPError as error:
        return error.read() if want == "body" else str(error.code).encode()


def submit(duration: str = "5s") -> str:
    """Submit one job and give its id."""
    return str(json.loads(ask("POST", "/api/generate-video", json.loads(ORDER) | {"duration": duration}))["runId"])


def reset() -> None:
    """Begin the sandbox again."""
    ask("POST", "/_mock/reset")


def jobs() -> int:
    """How many jobs are stored."""
    return int(json.loads(ask("GET", "/_mock/sandboxes/default"))["jobs"]["nanogpt"])


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def bare_command() -> list[str]:
    """How bare uvicorn is started."""
    return [
        sys.executable,
        "-m",
        "uvicorn",
        "bare:app",
        "--app-dir",
        str(HERE),
        "--port",
        str(BARE),
        "--no-access-log",
        "--log-level",
        "warning",
    ]


def faux_command() -> list[str]:
    """How fauxreel is started: limits and money lifted to fit the load."""
    lifted = ["--set", "nanogpt.submits_per_minute=100000000", "--set", "nanogpt.balance=100000000000"]
    return [sys.executable, "-m", "mockserver", "serve", "-q", "-p", str(FAUX), *lifted]


@contextmanager
def running(command: list[str], port: int, path: str = "/") -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for as long as the block lasts."""
    process = subprocess.Popen(command, cwd=HERE.parent)
    try:
        wait_for(port, process, path)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)


def bare_server() -> AbstractContextManager[subprocess.Popen[bytes]]:
    """Run the baseline."""
    return running(bare_command(), BARE)


def faux_server() -> AbstractContextManager[subprocess.Popen[bytes]]:
    """Run fauxreel."""
    return running(faux_command(), FAUX)


def wait_for(port: int, process: subprocess.Popen[bytes], path: str) -> None:
    """Come back as soon as a server answers."""
    while process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            connection.getresponse().read()
        except OSError:
            time.sleep(0.002)  # noqa: TID251 - a benchmark waits for a process in real time
        else:
            return
    sys.exit(f"bench: the server on port {port} did not start")


def ready_after(command: list[str], port: int, path: str = "/") -> float:
    """Seconds from the command to its first answer."""
    started = time.perf_counter()
    with running(command, port, path):
        return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
