"""Measuring in turns: each ratio is a median of short runs between the baseline's. What slows one slows both."""

import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.load import BARE, FAUX, told, wrk
from bench.rows import Table


@dataclass
class Bench:
    """What one run is told, and its figures. `pid` is the process of the fauxreel that is measured."""

    seconds: int
    rounds: int
    stored: int
    connections: int
    pid: int = 0
    table: Table = field(default_factory=Table)

    def beside_bare(
        self,
        path: str,
        order: object = None,
        key: Mapping[str, str] | None = None,
        *,
        fresh: bool = False,
        refused: bool = False,
        new: bool = False,
    ) -> float:
        """Give the ratio to bare uvicorn; with `fresh`, each run begins without jobs; `refused`: so it should be.

        `new`: both are sent no request twice.
        """
        body = None if order is None else json.dumps(order)
        ratios = []
        for _ in range(self.rounds):
            if fresh:
                told("POST", "/_mock/reset")
            bare = wrk(BARE, "/", self.seconds, body, new=new)
            ratios.append(wrk(FAUX, path, self.seconds, body, key, refused=refused, new=new) / bare)
        return statistics.median(ratios)
