"""fauxreel beside the mocks that one would otherwise pick, each with what it has that is nearest to NanoGPT's."""

import json
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.houses import NANOGPT, ORDER, STILL, stand_still
from bench.load import FAUX, FailedError, freed, running, told, wrk
from bench.peer_servers import PEERS, Peer, UnavailableError, install
from bench.turns import Bench

WARM_UP = range(3, 15)
"""Runs of a second before anything counts, of each kind: Java and Node compile what runs often."""


def measure(bench: Bench) -> None:
    """Install and start one after another, and measure its polls and submissions in turns with fauxreel's."""
    stand_still()
    for peer in PEERS:
        try:
            _beside(bench, peer)
        except (UnavailableError, FailedError) as reason:
            bench.table.skip((f"poll / {peer.name}'s", f"submit / {peer.name}'s"), str(reason))


def _beside(bench: Bench, peer: Peer) -> None:
    home = install(peer)
    with TemporaryDirectory(prefix="fauxreel-peer-") as folder:
        port = freed()
        with running(peer.command(home, Path(folder), port), port, quiet=True):
            poll, submit = _turns(bench, peer, port)
    bench.table.note(f"poll / {peer.name}'s", poll)
    bench.table.note(f"submit / {peer.name}'s", submit)


def _turns(bench: Bench, peer: Peer, port: int) -> tuple[float, float]:
    order = json.dumps(ORDER)
    _warm_up(peer, port, order)
    polls, submits = [], []
    ours = STILL + NANOGPT.poll + NANOGPT.submitted(sandbox=STILL)
    for _ in range(bench.rounds):
        polls.append(wrk(FAUX, ours, bench.seconds, None, NANOGPT.key) / _polled(peer, port, bench.seconds))
        submitted = wrk(FAUX, STILL + NANOGPT.submit, bench.seconds, order, NANOGPT.key)
        submits.append(submitted / wrk(port, peer.submit, bench.seconds, order, peer.key))
    return statistics.median(polls), statistics.median(submits)


def _warm_up(peer: Peer, port: int, order: str) -> None:
    """Load a peer until it gets no faster."""
    best = 0.0
    for run in range(WARM_UP.stop):
        rate = _polled(peer, port, 1) + wrk(port, peer.submit, 1, order, peer.key)
        if run >= WARM_UP.start and rate < best * 1.1:
            return
        best = max(best, rate)


def _polled(peer: Peer, port: int, seconds: int) -> float:
    """Submit a job, and give the rate at which it is polled."""
    job = told("POST", peer.submit, ORDER, peer.key, port)[peer.job_id]
    return wrk(port, peer.poll + str(job), seconds, None, peer.key)
