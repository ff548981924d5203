"""Judges answers of servers by the contract, and remembers what it has seen, for the account of promises.

Only what a server of ours has answered goes through here; what a document prints, or a test makes up, does not.
"""

import json

import httpx

from contracts.harness import conformance
from contracts.harness.coverage import Recorder

RECORDER = Recorder()
"""What this process has seen; `tests/ledger_plugin.py` brings it home."""


def judge(provider: str, response: httpx.Response, path: str | None = None, method: str | None = None) -> None:
    """Hold an answer, which has been read, against the contract, and note what it shows.

    `path` is the documented one, where a test asked by another, such as one in a sandbox; `method` is a described one,
    where a test asked by a wrong one.
    """
    request, status = response.request, response.status_code
    path, method = path or request.url.path, method or request.method
    conformance.validate(provider, method, path, status, response.headers, response.content)
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = json.loads(response.content) if response.content and media_type == "application/json" else None
    RECORDER.answer(provider, method, path, status, media_type, body)
    if status < 300:
        RECORDER.request(provider, method, f"{path}?{request.url.query.decode()}", asked(request))


def conform(provider: str, name: str, body: object) -> None:
    """Hold a body that a server has answered against a schema by its name, and note what it shows."""
    conformance.conform(provider, name, body)
    RECORDER.body(provider, f"/components/schemas/{name}", body)


def asked(request: httpx.Request) -> object:
    """The JSON of a request that has been fulfilled; None where it has none."""
    try:
        return json.loads(request.content)
    except (ValueError, RecursionError, httpx.RequestNotRead):
        return None
