"""The peers: what each is, how it is installed through npm, and what it is told to answer.

Versions are pinned, so that figures can be compared; those of Prism from 5.15 on need Node 24.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench.load import HERE

CONTRACT = HERE.parent / "contracts/nanogpt/openapi.yaml"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fauxreel-bench"
PROMPT = "A majestic eagle at sunset"
SUBMITTED = {"status": "pending", "cost": 3.4, "paymentSource": "USD", "remainingBalance": 46.6}
DETAILS = "Video is being generated"


class UnavailableError(Exception):
    """A peer that cannot be measured here; the message says why."""


@dataclass(frozen=True)
class Peer:
    """A program from npm, how it is started with its stubs, and the requests that are nearest to NanoGPT's two.

    command: from where it is installed, a folder for its stubs, and a port. job_id: the key in the answer to `submit`.
    """

    name: str
    package: str
    needs: tuple[str, ...]
    command: Callable[[Path, Path, int], list[str]]
    submit: str = "/api/generate-video"
    poll: str = "/api/video/status?requestId="
    key: Mapping[str, str] = field(default_factory=lambda: {"x-api-key": "sk-nano-bench"})
    job_id: str = "runId"


def install(peer: Peer) -> Path:
    """Install a peer in the user's cache, unless it is there, and give its folder; raises UnavailableError."""
    for program in (*peer.needs, "npm"):
        if shutil.which(program) is None:
            raise UnavailableError(f"{program} is not installed")
    home = CACHE / peer.package.replace("@", "_").replace("/", "_")
    if not (home / "complete").exists():
        home.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(home), "--no-audit", "--no-fund", "--ignore-scripts", peer.package]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = [line for line in done.stderr.splitlines() if line.strip()] or ["npm failed"]
            raise UnavailableError(f"npm cannot install {peer.package}: {said[0]}")
        (home / "complete").touch()
    return home / "node_modules"


def _prism(home: Path, folder: Path, port: int) -> list[str]:  # noqa: ARG001 - it needs no stubs
    """Prism answers with the examples of our own description of NanoGPT, and checks requests by it."""
    return [str(home / ".bin/prism"), "mock", "-h", "127.0.0.1", "-p", str(port), "-v", "silent", str(CONTRACT)]


def _mockoon(home: Path, folder: Path, port: int) -> list[str]:
    """Mockoon picks an answer by rules over the body and the key."""
    env = folder / "mockoon.json"
    env.write_text(json.dumps(_environment(port)), "utf-8")
    return [str(home / ".bin/mockoon-cli"), "start", "-d", str(env), "-X", "--disable-admin-api"]


def _environment(port: int) -> dict[str, object]:
    submitted = {"runId": "vid_{{objectId}}", "model": "{{body 'model'}}", **SUBMITTED}
    polled = _status("{{queryParam 'requestId'}}")
    key = _rule("header", "x-api-key", "^.+$", "regex")
    order = [_rule("body", "model", "veo2-video", "equals"), _rule("body", "prompt", PROMPT, "equals"), key]
    routes = [
        _route("post", "api/generate-video", _answer(202, submitted, order), _refusal()),
        _route("get", "api/video/status", _answer(200, polled, [key]), _refusal()),
    ]
    return {
        "uuid": str(uuid4()), "lastMigration": 33, "name": "nanogpt", "endpointPrefix": "", "latency": 0,
        "port": port, "hostname": "127.0.0.1", "routes": routes, "folders": [], "data": [], "callbacks": [],
        "rootChildren": [{"type": "route", "uuid": route["uuid"]} for route in routes],
        "proxyMode": False, "proxyHost": "", "proxyRemovePrefix": False, "cors": False,
        "tlsOptions": {"enabled": False, "type": "CERT", "pfxPath": "", "certPath": "", "keyPath": "", "caPath": "",
                       "passphrase": ""},
        "headers": [], "proxyReqHeaders": [], "proxyResHeaders": [],
    }  # fmt: skip


def _route(method: str, path: str, *answers: dict[str, object]) -> dict[str, object]:
    return {
        "uuid": str(uuid4()), "type": "http", "method": method, "endpoint": path, "documentation": "",
        "responseMode": None, "streamingMode": None, "streamingInterval": 0, "responses": list(answers),
    }  # fmt: skip


def _answer(status: int, body: object, rules: list[dict[str, object]]) -> dict[str, object]:
    return {
        "uuid": str(uuid4()), "body": json.dumps(body), "latency": 0, "statusCode": status, "label": "",
        "headers": [{"key": "content-type", "value": "application/json"}], "bodyType": "INLINE", "filePath": "",
        "databucketID": "", "sendFileAsBody": False, "rules": rules, "rulesOperator": "AND",
        "disableTemplating": False, "fallbackTo404": False, "default": not rules, "crudKey": "id", "callbacks": [],
    }  # fmt: skip


def _refusal() -> dict[str, object]:
    return _answer(400, {"error": "Bad request"}, [])


def _rule(target: str, modifier: str, value: str, operator: str) -> dict[str, object]:
    return {"target": target, "modifier": modifier, "value": value, "invert": False, "operator": operator}


def _wiremock(home: Path, folder: Path, port: int) -> list[str]:
    """WireMock matches key and body by JSON path, and writes the answer from a template."""
    [jar] = (home / "wiremock/build").glob("wiremock-standalone-*.jar")
    (folder / "mappings").mkdir()
    key = {"x-api-key": {"matches": ".+"}}
    fields = {"model": "veo2-video", "prompt": PROMPT}
    body = [{"matchesJsonPath": {"expression": f"$.{name}", "equalTo": value}} for name, value in fields.items()]
    ordered = {"method": "POST", "urlPath": "/api/generate-video", "headers": key, "bodyPatterns": body}
    asked = {"requestId": {"matches": "vid_.+"}}
    polled = {"method": "GET", "urlPath": "/api/video/status", "headers": key, "queryParameters": asked}
    run_id = "vid_{{randomValue length=15 type='ALPHANUMERIC'}}"
    accepted = {"runId": run_id, "model": "{{jsonPath request.body '$.model'}}", **SUBMITTED}
    for name, request, status, answer in (
        ("submit", ordered, 202, accepted),
        ("poll", polled, 200, _status("{{request.query.requestId}}")),
    ):
        response = {
            "status": status,
            "headers": {"content-type": "application/json"},
            "transformers": ["response-template"],
            "body": json.dumps(answer),
        }
        mapping = json.dumps({"request": request, "response": response})
        (folder / "mappings" / f"{name}.json").write_text(mapping, "utf-8")
    # As many requests are remembered as fauxreel's journal has; all of them would fill the memory.
    remembered = ["--max-request-journal-entries", "1000"]
    return ["java", "-jar", str(jar), "--port", str(port), "--root-dir", str(folder), "--disable-banner", *remembered]


def _aimock(home: Path, folder: Path, port: int) -> list[str]:
    """Aimock's videos in OpenRouter's manner have jobs; a fixture says which prompt becomes which video."""
    video = {"id": "eagle", "status": "completed", "url": "https://videos.example/eagle.mp4"}
    fixture = {"match": {"endpoint": "video", "userMessage": PROMPT}, "response": {"video": video}}
    (folder / "video.json").write_text(json.dumps({"fixtures": [fixture]}), "utf-8")
    program = home / "@copilotkit/aimock/dist/cli.js"
    return ["node", str(program), "-p", str(port), "-f", str(folder / "video.json"), "--log-level", "silent"]


def _status(run_id: str) -> dict[str, object]:
    data = {"status": "IN_PROGRESS", "requestId": run_id, "details": DETAILS}
    return {"requestId": run_id, "model": "veo2-video", "data": data}


PEERS = (
    Peer("Prism", "@stoplight/prism-cli@5.14.2", ("node",), _prism),
    Peer("Mockoon", "@mockoon/cli@9.9.0", ("node",), _mockoon),
    Peer("WireMock", "wiremock@3.13.2", ("java",), _wiremock),
    Peer(
        "aimock", "@copilotkit/aimock@1.43.0", ("node",), _aimock,
        submit="/api/v1/videos", poll="/api/v1/videos/", key={"authorization": "Bearer sk-bench"}, job_id="id",
    ),
)  # fmt: skip
