"""How long the pytest plugin's fixture takes for each test: to make a sandbox, and to forget it again.

`python bench/sandboxes.py [COUNT]` prints medians, in milliseconds.
"""

import statistics
import sys
from time import perf_counter

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
    return 0


if __name__ == "__main__":
    sys.exit(main())
