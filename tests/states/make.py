"""Makes a state file with something of everything, and notes what its server says of it: `version-N.db` and `.jsonl`.

It speaks HTTP alone, so that any version's server can be lived in. `version-1.db.gz` was made by the last commit that
wrote version 1, on a port of its own, and then made small (`VACUUM` with pages of 512 bytes):

    git worktree add --detach /tmp/old 7baa420
    cd /tmp/old && python -m mockserver serve -q -p 4890 --clock frozen --state /tmp/state.db &
    python -m tests.states.make live http://127.0.0.1:4890       # then stop the server
    sqlite3 /tmp/state.db "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM"
    gzip -9n < /tmp/state.db > version-1.db.gz                   # then start it again, on the same file
    python -m tests.states.make note http://127.0.0.1:4890 > version-1.jsonl

A new VERSION deserves a file of the one before, made in this way before the change.
"""

import json
import sys

import httpx

from tests.films import film

NANO = {"x-api-key": "sk-nano-1"}
NOUVEL = {"authorization": "Bearer nvl_1"}
SLASHED = {"authorization": "Bearer nvl_a/b#c"}
VIDDY = {"x-api-key": "vsk_1"}
ARTNEX = {"authorization": "Bearer artnex-1"}

BOX = "/@box"


def kept(says):
    """What it says, without what no file has: how many requests, which scenarios there are, ids of scenes."""
    says.pop("known", None)
    for item in says.get("items", ()):
        item.pop("requests", None)
    for scene in says.get("scenes", ()):  # drawn from the job's seed whenever somebody asks
        del scene["id"], scene["avatar_id"]
    return says


def film_of_a_second():
    """What is uploaded."""
    return film(seconds=1.0, rate=10, sound=None)


class Life:
    """One life on a server, step by step; `asked` is what it was asked at last, and what it said."""

    def __init__(self, client):
        self.client = client
        self.asked = []

    def do(self, method, path, headers=None, **what):
        """Ask for something that has to go well."""
        answer = self.client.request(method, path, headers=headers, **what)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def note(self, path, headers=None):
        """Note what is said of something."""
        answer = self.client.get(path, headers=headers)
        assert answer.is_success, f"{path}: {answer.text}"
        self.asked.append({"path": path, "headers": headers or {}, "says": kept(answer.json())})
        return answer.json()

    def control(self, method, path, box="", **body):
        """Ask the control room."""
        return self.do(method, f"{box}/_mock/{path}", json=body)

    def nouvel(self, *products, headers=NOUVEL, box="", **more):
        """Order ads."""
        urls = [f"https://shop.example/products/{product}" for product in products]
        return self.do("POST", f"{box}/api/v1/generate", headers, json={"urls": urls, **more})

    def nano(self, prompt, box=""):
        """Order a clip."""
        order = {"model": "veo2-video", "prompt": prompt, "duration": "5s"}
        return self.do("POST", f"{box}/api/generate-video", NANO, json=order)


def live(life):
    """Spend two of Nouvel's cycles and a sandbox, with a snapshot in the first of them."""
    first_cycle(life)
    life.control("POST", "snapshots", name="paid")
    boxed(life)
    life.control("POST", "clock/advance", seconds=31 * 86_400)
    life.control("PUT", "accounts/nouvel/nvl_team", team="t")
    life.nouvel("boot", "sock")
    life.nouvel("hat", headers={"authorization": "Bearer nvl_team"})
    life.nano("[[mock: stuck]] A fox")
    life.control("POST", "clock/advance", seconds=100)
    life.nouvel("scarf", webhookUrl="http://127.0.0.1:9/told")
    life.control("POST", "clock/advance", seconds=20)


def first_cycle(life):
    """Jobs of all four, three videos of a quota and two more for dollars, refunds and ends by hand, and an upload."""
    life.control("PUT", "accounts/nouvel/nvl_1", available="3", credits="100")
    life.nouvel("shoe", variantCount=3)
    life.nouvel("glove", "belt")
    life.nouvel("ring", headers=SLASHED, userInstructions="[[mock: fails]]")
    life.nouvel("cap", headers={"authorization": "Bearer nvl_team"})
    life.nano("A majestic eagle")
    life.nano("[[mock: fails]] An owl")
    called_off = life.nano("A heron")["runId"]
    life.do("POST", "/v1/video", ARTNEX, json={"model": "veo3.1", "prompt": "A fox in snow", "duration": 8})
    sent = {"file": ("a.mp4", film_of_a_second(), "video/mp4")}
    media = life.do("POST", "/enterprise/api/upload_media", VIDDY, files=sent)["media_id"]
    life.do("POST", "/enterprise/api/upload_media", VIDDY, json={"input": {"type": "signed_url", "filename": "b.mp4"}})
    life.control("POST", "clock/advance", seconds=60)
    life.control("POST", f"jobs/{called_off}/end", **{"as": "cancelled"})
    order = {"input": {"type": "media_id", "media_id": media}, "language": "en-US"}
    life.do("POST", "/enterprise/api/generate_ad_video", VIDDY, json=order)
    life.control("POST", "clock/advance", seconds=3600)


def boxed(life):
    """A sandbox of another seed, clock and settings, with a snapshot of its own and a queue of scenarios."""
    life.control(
        "POST", "sandboxes", name="box", seed=7,
        clock={"mode": "frozen", "now": "2027-05-01T00:00:00Z"}, settings={"nanogpt.profile": "2025"},
    )  # fmt: skip
    life.nouvel("tie", box=BOX)
    life.control("POST", "snapshots", box=BOX, name="then")
    life.nano("A lynx", box=BOX)
    life.control("POST", "clock/advance", box=BOX, seconds=30)
    life.control("POST", "scenarios/queue", box=BOX, scenario="stuck", times=3)
    life.control("POST", "faults", box=BOX, fault="status(500)", after=1000)


def noted(life):
    """Ask for all that a stranger could ask for."""
    for box in ("", BOX):
        for path in ("clock", "sandboxes", "snapshots", "scenarios", "faults", "webhooks", "jobs?limit=1000"):
            life.note(f"{box}/_mock/{path}")
        for account in ("nanogpt/sk-nano-1", "nouvel/nvl_1", "nouvel/nvl_team", "viddyscribe/vsk_1", "artnex/artnex-1"):
            life.note(f"{box}/_mock/accounts/{account}")
            life.note(f"{box}/_mock/accounts/{account}/ledger")
        for key in (NOUVEL, SLASHED, {"authorization": "Bearer nvl_team"}):
            for project in life.note(f"{box}/api/v1/projects?limit=50", key)["projects"]:
                life.note(f"{box}/api/v1/projects/{project['id']}", key)
        for job in life.client.get(f"{box}/_mock/jobs?limit=1000").json()["items"]:
            if job["key"] != "nvl_team":  # which has joined a team since: its jobs before that are nobody's to see
                life.note(*status(job, box))


def status(job, box):
    """Where the status of a job is asked for, and by whom."""
    match job["provider"]:
        case "nanogpt":
            return f"{box}/api/video/status?requestId={job['id']}", NANO
        case "nouvel":
            key = {"nvl_1": NOUVEL, "nvl_a/b#c": SLASHED}.get(job["key"], {"authorization": "Bearer nvl_team"})
            return f"{box}/api/v1/jobs/{job['id']}", key
        case "artnex":
            return f"{box}/v1/video/{job['id']}", ARTNEX
        case _:
            return f"{box}/enterprise/api/get_results?job_id={job['id']}", VIDDY


if __name__ == "__main__":
    task, address = sys.argv[1:]
    with httpx.Client(base_url=address, timeout=60) as visitor:
        lived = Life(visitor)
        {"live": live, "note": noted}[task](lived)
        sys.stdout.write("".join(f"{json.dumps(one, sort_keys=True)}\n" for one in lived.asked))
