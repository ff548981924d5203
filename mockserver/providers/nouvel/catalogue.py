"""What Nouvel sells and what an order is: plans, stages, shapes of videos."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

import msgspec

from mockserver.core.clock import DAY, SECOND

PLANS = ("scale", "business")
"""The plans with API access [000:3]."""
OVERAGE = Decimal(8)
"""US dollars for a video beyond the quota [000:62]."""
CYCLE = 30 * DAY
"""A billing cycle; inferred, the quota is monthly [000:61-64]."""

STAGES: Mapping[str, timedelta] = MappingProxyType(
    {
        "preparing": 60 * SECOND,
        "video": 600 * SECOND,
        "audio": 30 * SECOND,
        "lip_sync": 240 * SECOND,
        "stitching": 60 * SECOND,
    }
)
"""What a video goes through, and for how long [000:39-45]."""

RATIOS = ("9:16", "16:9", "1:1")
"""The first is what one gets without asking [nouvel:generate]."""
ORIENTATIONS = {"9:16": "Vertical", "16:9": "Horizontal", "1:1": "Square"}
LENGTHS = (15, 30, 45, 60)
"""Seconds; the first is typical [000:35]."""
PURPOSES = ("ad", "organic")
STYLE = "problem_solution"
SCENE_SECONDS = 5
"""Seconds of one scene; inferred."""


class Order(msgspec.Struct, frozen=True, gc=False):
    """What Nouvel remembers of a job: what each video is to be, and the videos' ids, a URL's variants together."""

    urls: tuple[str, ...]
    variants: int
    ids: tuple[str, ...]
    instructions: str = ""
    ratio: str = RATIOS[0]
    seconds: int = LENGTHS[0]
    purpose: str = PURPOSES[0]
    style: str = STYLE
    script: str = ""
    actor: str = ""
    audience: str = ""

    @property
    def videos(self) -> int:
        """How many videos the job makes [000:20]."""
        return len(self.urls) * self.variants

    def url(self, index: int) -> str:
        """The product page of a video."""
        return self.urls[index // self.variants]

    @property
    def scenes(self) -> int:
        """How many scenes each video has."""
        return self.seconds // SCENE_SECONDS
