"""The further acts: an ad from Nouvel, a clip from Artnex, and the ad described aloud by ViddyScribe."""

from decimal import Decimal
from pathlib import Path

import httpx

from docs.demo.screen import Order, checked

NOUVEL = {"authorization": "Bearer nvl_demo"}
ARTNEX = {"authorization": "Bearer artnex-demo"}
VIDDYSCRIBE = {"x-api-key": "vsk_demo"}


class Ad(Order):
    """A video ad of Nouvel, paid with one of the plan's videos."""

    house = "Nouvel"
    good = "completed"
    bad = ("partial", "failed", "cancelled")
    videos = 0

    def submit(self) -> None:
        """Order it from a product's page, which is never fetched."""
        body = {"urls": ["https://shop.example/products/trail-shoe"], "userInstructions": "For people who like mud."}
        accepted = checked(self.client.post("/api/v1/generate", json=body, headers=NOUVEL), 200)
        self.id, self.videos, self.state = accepted["jobId"], accepted["totalProjects"], accepted["status"]

    def poll(self) -> None:
        """Ask for its status; Nouvel tells the progress."""
        answer = checked(self.client.get(f"/api/v1/jobs/{self.id}", headers=NOUVEL), 200)
        self.state, self.percent = answer["status"], float(answer["overallProgress"])
        for detail in answer["completedDetails"]:
            self.link = detail["finalOutputUrl"] or ""

    @property
    def paid(self) -> str:
        """Its videos."""
        return f"{self.videos} video of the plan"


class Clip(Order):
    """A clip of Artnex, paid in credits when it is there."""

    house = "Artnex"
    good = "completed"
    bad = ("error",)
    credits = 0

    def submit(self) -> None:
        """Order four seconds."""
        body = {"prompt": "A drone over a misty ridge", "model": "veo3.1", "duration": 4}
        accepted = checked(self.client.post("/v1/video", json=body, headers=ARTNEX), 200)
        self.id, self.state = accepted["request_id"], accepted["status"]

    def poll(self) -> None:
        """Ask for its status."""
        answer = checked(self.client.get(f"/v1/video/{self.id}", headers=ARTNEX), 200)
        self.state, self.credits = answer["status"], answer["credits_used"]
        self.link = answer.get("video_url", "")

    @property
    def paid(self) -> str:
        """Its credits."""
        return f"{self.credits} credits"


class Description(Order):
    """An audio description of somebody's video by ViddyScribe, paid by the minute of source."""

    house = "ViddyScribe"
    good = "done"
    bad = ("failed",)

    def __init__(self, client: httpx.Client, title: str, source: str) -> None:
        super().__init__(client, title)
        self.source = source
        self.before = self._spent()

    def submit(self) -> None:
        """Hand the video over by its address, which is this server's own, and so is really read."""
        body = {"source_url": self.source, "language": "en-US", "ad_type": "extended_ad"}
        answer = self.client.post("/enterprise/api/generate_ad_video_from_url", json=body, headers=VIDDYSCRIBE)
        accepted = checked(answer, 200)
        self.id, self.state = accepted["job_id"], accepted["status"]

    def poll(self) -> None:
        """Ask for its results."""
        params = {"job_id": self.id}
        answer = checked(self.client.get("/enterprise/api/get_results", params=params, headers=VIDDYSCRIBE), 200)
        self.state, self.link = answer["status"], answer.get("video_signed_url", "")

    def save(self, folder: Path) -> None:
        """Download it by a fresh link: each one lives for 15 minutes."""
        self.poll()
        super().save(folder)

    @property
    def paid(self) -> str:
        """Its minutes."""
        return f"{self._spent() - self.before:f} minutes"

    def _spent(self) -> Decimal:
        """Look into the server's books: ViddyScribe itself does not tell."""
        return Decimal(checked(self.client.get("/_mock/accounts/viddyscribe/vsk_demo"), 200)["spent"])
