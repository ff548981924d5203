"""How each provider words each refusal: status, clause, body and headers, as `words/` has them.

Those files were read by people against the documents and `docs/reference/`; a change of wording is a change of theirs.
"""

import json
from pathlib import Path

import pytest

from mockserver.core.refusals import TooLong
from mockserver.settings import discover

from .test_every_refusal_names_its_clause import REASONS

PROVIDERS = {provider.name: provider for provider in discover()}
FIELDS = {
    "artnex": {"prompt", "model", "mode", "duration", "image", "anything"},
    "nanogpt": {"prompt", "model", "image", "resolution", "anything"},
    "nouvel": {"urls", "variantCount", "page", "anything"},
    "viddyscribe": {"anything"},
}
"""Which fields have words of their own; one stands for all others."""
PLUMBING = {b"content-length", b"content-type"}
VOICES = {
    "artnex": ("artnex", {}),
    "nanogpt": ("nanogpt", {}),
    "nanogpt-guide": ("nanogpt", {"errors": "guide"}),
    "nouvel": ("nouvel", {}),
    "viddyscribe": ("viddyscribe", {}),
}


def concerns(reason, name):
    """Whether a provider has words of its own for a refusal; for models' prompts NanoGPT alone has."""
    if isinstance(reason, TooLong) and reason.model and (reason.field, name) != ("prompt", "nanogpt"):
        return False
    return getattr(reason, "field", "anything") in FIELDS[name] | {"video"}


def worded(voice):
    """Every refusal in one voice, by what it is."""
    name, settings = VOICES[voice]
    provider = PROVIDERS[name]
    options = provider.options(**settings)
    reasons = [reason for reason in REASONS if concerns(reason, name)]
    answers = {repr(one).replace("clause=None, fault=None, ", ""): provider.answer(one, options) for one in reasons}
    return {
        reason: {
            "status": answer.status_code,
            "clause": answer.clause,
            "body": json.loads(answer.body),
            **{key.decode(): value.decode() for key, value in answer.raw_headers if key not in PLUMBING},
        }
        for reason, answer in answers.items()
    }


@pytest.mark.parametrize("voice", VOICES)
def test_a_refusal_is_worded_as_it_is_written_down(voice):
    written = json.loads((Path(__file__).parent / "words" / f"{voice}.json").read_text())

    assert worded(voice) == written
