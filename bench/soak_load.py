"""The load of `make soak`: workers that each do all that clients do, well and badly, in a sandbox of their own."""

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

from mockserver.core.chance import Draw, Urn
from tests.films import film

FAULTS = {
    "reset": 0.02, "truncated": 0.02, "malformed": 0.03, "status(503)": 0.03, "html": 0.02, "refuse": 0.02,
    "drip(0.05)": 0.02, "duplicate": 0.03, "delay(0.05)": 0.03,
}  # fmt: skip
"""What disturbs requests to providers, with which probability."""

FILMS = [film(seconds=1 + number / 5, rate=5, size=(64, 48), sound=None) for number in range(4)]
LOOKED_AT = (
    "clock", "jobs?limit=20", "requests?limit=50", "requests.har", "conduct", "webhooks", "scenarios", "faults",
    "accounts/nanogpt/sk-nano-soak/ledger", "sandboxes", "health", "clauses?limit=5",
)  # fmt: skip
RESET_EVERY = 30
"""Rounds after which a worker begins its sandbox again: jobs stay for good, so what grows beside them is seen."""

NANOGPT = {"x-api-key": "sk-nano-soak"}
NOUVEL = {"authorization": "Bearer nvl_soak"}
VIDDYSCRIBE = {"x-api-key": "vsk_soak"}
ARTNEX = {"authorization": "Bearer artnex-soak"}


class Worker(threading.Thread):
    """One client, round after round until it is told to stop; `done` counts steps, `statuses` answers.

    `wrong` has what no fault accounts for: crashes of the server, and steps of ours that failed.
    """

    def __init__(self, number: int, url: str, hook: str, seed: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._url, self._hook, self._stopping = url, hook, stop
        self._box = f"/@soak-{number}"
        self._urn = Urn(seed, "soak", number)
        self._client = httpx.Client(base_url=url, timeout=30)
        self.done: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.disturbed = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        """Work until it is told to stop."""
        steps: list[Callable[[Draw], None]] = [
            self.nanogpt, self.nanogpt, self.artnex, self.nouvel, self.viddyscribe, self.refused, self.impolite,
            self.look, self.steer, self.snapshot, self.fork, self.listen,
        ]  # fmt: skip
        number = 0
        while not self._stopping.is_set():
            if number % RESET_EVERY == 0:
                self._begin_again()
            draw = self._urn.draw(number)
            step = steps[draw.below(len(steps))]
            try:
                step(draw)
            except Exception as error:  # noqa: BLE001 - told at the end
                self.wrong.append(f"{step.__name__}: {error!r}")
            self.done[step.__name__] += 1
            number += 1
        self._client.close()

    def _begin_again(self) -> None:
        self._control("POST", "reset", {})
        for fault, probability in FAULTS.items():
            self._control("POST", "faults", {"fault": fault, "probability": probability})

    # What providers are asked -----------------------------------------------------------------------------------

    def nanogpt(self, draw: Draw) -> None:
        """Order a video, wait for it and fetch it, or a part of it."""
        order = {"model": "veo2-video", "prompt": f"a fox, {draw.below(40)}", "duration": "5s"}
        if draw.below(4) == 0:
            order["prompt"] += " [[mock: fails]]"
        run_id = self._told("POST", "/api/generate-video", NANOGPT, order).get("runId")
        link = self._waited(
            f"/api/video/status?requestId={run_id}", NANOGPT, lambda job: _at(job, "data", "output", "video", "url")
        )
        if link:
            self._fetch(link, draw)

    def artnex(self, draw: Draw) -> None:
        """Order a clip, and wait for it."""
        order = {"prompt": f"an owl, {draw.below(40)}", "model": "veo3.1", "duration": 8}
        request_id = self._told("POST", "/v1/video", ARTNEX, order).get("request_id")
        self._waited(f"/v1/video/{request_id}", ARTNEX, lambda job: job.get("video_url"))

    def nouvel(self, _: Draw) -> None:
        """Order an ad that is announced, and look at it."""
        order = {"urls": ["https://shop.example/products/shoe"], "webhookUrl": self._hook}
        job_id = self._told("POST", "/api/v1/generate", NOUVEL, order).get("jobId")
        self._waited(f"/api/v1/jobs/{job_id}", NOUVEL, lambda job: job.get("status") == "completed")

    def viddyscribe(self, draw: Draw) -> None:
        """Upload a film, have it described, and fetch what came of it."""
        files = {"file": ("film.mp4", FILMS[draw.below(len(FILMS))], "video/mp4")}
        media = _json(self._ask("POST", "/enterprise/api/upload_media", headers=VIDDYSCRIBE, files=files)).get(
            "media_id"
        )
        kind = ("text", "audio", "video")[draw.below(3)]
        order = {"media_id": media} | ({"audio_track_type": "ad_only"} if kind == "audio" else {})
        job = self._told("POST", f"/enterprise/api/generate_ad_{kind}", VIDDYSCRIBE, order).get("job_id")
        path = f"/enterprise/api/get_results?job_id={job}"
        link = self._waited(path, VIDDYSCRIBE, lambda found: found.get(f"{kind}_signed_url"))
        if link:
            self._fetch(link, draw)

    def refused(self, _: Draw) -> None:
        """Ask for what is refused: without a key, without sense, at paths that are none."""
        self._ask("POST", "/api/generate-video", json={"model": "veo2-video"})
        self._ask("POST", "/api/generate-video", headers=NANOGPT, content=b"[" * 5000)
        self._ask("POST", "/v1/video", headers=ARTNEX, json={"model": 1})
        self._ask("GET", "/api/v1/jobs/none", headers=NOUVEL)
        self._ask(
            "POST", "/enterprise/api/upload_media", headers=VIDDYSCRIBE, files={"file": ("a.mp4", b"none", "video/mp4")}
        )
        self._ask("GET", "/nowhere/at/all")

    def impolite(self, draw: Draw) -> None:
        """Say something on a connection, and leave without a word."""
        head = f"POST {self._box}/api/generate-video HTTP/1.1\r\nhost: mock\r\nx-api-key: sk-nano-soak\r\n".encode()
        poll = head.replace(b"POST", b"GET", 1) + b"\r\n"
        said = (
            head[: draw.below(90)], head + b"content-length: 5000\r\n\r\n{", poll * 100, b"\x16\x03\x01" * 20,
            head + b"x-y: " + b"z" * 2_000_000,
        )[draw.below(5)]  # fmt: skip
        host, _, port = self._url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as sock, suppress(ConnectionError):
            sock.sendall(said)
            if draw.below(2):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    # What the control API is asked --------------------------------------------------------------------------------

    def look(self, _: Draw) -> None:
        """Look at all that there is to see."""
        for path in LOOKED_AT:
            self._control("GET", path)

    def steer(self, draw: Draw) -> None:
        """Say how jobs go, give money, and move time."""
        self._control("POST", "scenarios/queue", {"scenario": ("fails", "slow", "partial")[draw.below(3)]})
        self._control("PUT", "accounts/nanogpt/sk-nano-soak", {"available": "1000"})
        self._control("PUT", "accounts/artnex/artnex-soak", {"available": "100000"})
        self._control("POST", "clock/advance", {"seconds": 60})
        self._control("POST", "clock/advance", {"until": "idle"})

    def snapshot(self, draw: Draw) -> None:
        """Keep the sandbox as it is, go on, and go back."""
        name = f"s{draw.below(3)}"
        self._control("POST", "snapshots", {"name": name})
        self.artnex(draw)
        self._control("PUT", f"snapshots/{name}/restore")
        self._control("DELETE", f"snapshots/{name}")

    def fork(self, draw: Draw) -> None:
        """Make a sandbox like this one, use it, and forget it."""
        name = f"{self._box[2:]}-fork"
        self._control("POST", "sandboxes", {"name": name, "from": self._box[2:]})
        home, self._box = self._box, f"/@{name}"
        try:
            self.nanogpt(draw)
        finally:
            self._box = home
        self._control("DELETE", f"sandboxes/{name}")

    def listen(self, _: Draw) -> None:
        """Listen for a moment to what happens."""
        with self._client.stream("GET", f"{self._box}/_mock/events?seconds=0.2") as answer:
            for _line in answer.iter_lines():
                pass

    # How ----------------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response | None:  # noqa: ANN401 - httpx's own
        """Send a request; None where a fault left no answer."""
        try:
            answer = self._client.request(method, path if path.startswith("http") else self._box + path, **more)
        except (httpx.TransportError, httpx.DecodingError):
            self.disturbed += 1
            return None
        self.statuses[answer.status_code] += 1
        if answer.status_code == 500:
            self.wrong.append(f"{method} {path}: 500 {answer.text[:200]}")
        return answer

    def _told(self, method: str, path: str, headers: dict[str, str], body: object) -> dict[str, Any]:
        return _json(self._ask(method, path, headers=headers, json=body))

    def _waited(self, path: str, headers: dict[str, str], wanted: Callable[[dict[str, Any]], Any]) -> Any:  # noqa: ANN401
        """Poll a while; what was wanted, or None."""
        for _ in range(12):
            found = wanted(_json(self._ask("GET", path, headers=headers)))
            if found or self._stopping.is_set():
                return found
            time.sleep(0.02)  # noqa: TID251 - a client in real time
        return None

    def _fetch(self, link: str, draw: Draw) -> None:
        self._ask("HEAD", link)
        self._ask("GET", link, headers={"range": f"bytes={draw.below(500)}-"} if draw.below(2) else {})

    def _control(self, method: str, path: str, body: object = None) -> None:
        answer = self._ask(method, f"/_mock/{path}", **({} if body is None else {"json": body}))
        if answer is None or answer.status_code >= 400:
            self.wrong.append(f"{method} {path}: {answer and answer.text[:200]}")


def _json(answer: httpx.Response | None) -> dict[str, Any]:
    """Read an answer's JSON object; nothing where a fault spoilt it."""
    try:
        found = json.loads(answer.content) if answer is not None else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _at(found: Any, *names: str) -> Any:  # noqa: ANN401 - JSON
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found
