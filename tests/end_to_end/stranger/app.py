"""An app that orders videos, and knows nothing of fauxreel."""

import json
import os
import sys
import urllib.request


class App:
    """Orders one video, and looks whether it is there; gives up after so many looks."""

    LOOKS = 30

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self.key = key
        self.job = ""

    def start(self, prompt: str) -> None:
        order = {"model": "veo2-video", "prompt": prompt, "duration": "5s"}
        self.job = self._ask("/api/generate-video", order)["runId"]

    @property
    def link(self) -> str | None:
        data = self._ask(f"/api/video/status?requestId={self.job}")["data"]
        return data["output"]["video"]["url"] if data["status"] == "COMPLETED" else None

    @property
    def gave_up(self) -> bool:
        return not any(self.link for _ in range(self.LOOKS))

    def _ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"x-api-key": self.key, "content-type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(self.base_url + path, data, headers)) as response:
            return json.load(response)


if __name__ == "__main__":
    app = App(os.environ["NANOGPT_BASE_URL"], os.environ["NANOGPT_API_KEY"])
    app.start(sys.argv[1])
    print(next(filter(None, (app.link for _ in range(App.LOOKS)))))
