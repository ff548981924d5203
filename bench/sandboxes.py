"""How long the pytest plugin's fixture takes for each test: to make a sandbox, and to forget it again; and snapshots.

`python bench/sandboxes.py [COUNT]` prints medians, in milliseconds.
"""

import asyncio
import statistics
import sys
from time import perf_counter

import httpx

from mockserver.app import create_app
from mockserver.settings import load
from mockserver.testing import Server

AIM_MS = 3.0


def main() -> int:
    """Make and forget sandboxes on one server, and print how long each of both takes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    began = perf_counter()
    with Server() as server:
        server.sandbox().close()
        started = perf_counter() - began
        made, closed = [], []
        for _ in range(count):
            first = perf_counter()
            sandbox = server.sandbox()
            second = perf_counter()
            sandbox.close()
            made.append((second - first) * 1000)
            closed.append((perf_counter() - second) * 1000)
        stopping = perf_counter()
    stopped = perf_counter() - stopping
    together = statistics.median(make + close for make, close in zip(made, closed, strict=True))
    verdict = "met" if together <= AIM_MS else "missed"
    print(f"one server: {started:.2f} s to start (providers loaded), {stopped:.2f} s to stop")
    print(f"one sandbox: {statistics.median(made):.2f} ms to make, {statistics.median(closed):.2f} ms to forget")
    print(f"together {together:.2f} ms a test, at most {AIM_MS:g} wanted ({verdict}); median of {count}")
    asyncio.run(snapshots(1000))
    return 0


async def snapshots(jobs: int) -> None:
    """Print how long a sandbox with so many jobs takes to be kept, gone back to, and forked; and to live through it."""
    transport = httpx.ASGITransport(create_app(load({"clock": "frozen", "nanogpt.balance": "1000000"})))
    headers = {"x-api-key": "sk-1"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        await client.put("/_mock/accounts/nanogpt/sk-1", json={"limits": {"requests_per_minute": None}})

        async def timed(method: str, path: str, body: object = None) -> float:
            began = perf_counter()
            (await client.request(method, path, json=body)).raise_for_status()
            return (perf_counter() - began) * 1000

        order = {"model": "veo2-video", "prompt": "An eagle"}
        lived = sum([await timed("POST", "/api/generate-video", order) for _ in range(jobs)])
        kept = statistics.median([await timed("POST", "/_mock/snapshots", {"name": "then"}) for _ in range(9)])
        restored = statistics.median([await timed("PUT", "/_mock/snapshots/then/restore") for _ in range(9)])
        fork = {"name": "fork", "from": "default"}
        forked = statistics.median([await timed("POST", "/_mock/sandboxes", fork) for _ in range(9)])
    print(f"{jobs} jobs: {kept:.2f} ms to keep, {restored:.2f} ms to restore, {forked:.2f} ms to fork")
    print(f"to restore them is {lived / restored:.0f} times as fast as to submit them")


if __name__ == "__main__":
    sys.exit(main())
