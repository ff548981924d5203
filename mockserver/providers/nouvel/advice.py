"""What document 000 and the vendor's other pages ask of Nouvel's clients."""

import msgspec

from mockserver.core.clock import MINUTE, SECOND
from mockserver.core.conduct import Advice, Counsel

from .inputs import NewJob
from .options import Options

COUNSEL = {
    "polled-too-fast": Counsel(
        "nouvel.conduct.poll-every-ten-seconds",
        "Nouvel recommends a poll every 10 seconds; polling more frequently does not speed anything up, and counts "
        "towards 60 requests a minute.",
        "Wait at least 10 seconds between two polls of a job.",
    ),
    "polled-after-the-end": Counsel(
        "nouvel.conduct.poll-until-the-end",
        "Nouvel's job is over when its status is completed, partial, failed or cancelled, and all its details are in "
        "that answer.",
        "Keep that answer, and stop polling.",
    ),
    "polled-without-key": Counsel(
        "nouvel.conduct.polls-carry-the-key",
        "Nouvel refuses every request without a key.",
        "Send `Authorization: Bearer nvl_…` with each poll too.",
    ),
    "ignored-retry-after": Counsel(
        "nouvel.conduct.wait-when-told",
        "Nouvel says in `Retry-After` and `retryAfter` how many seconds to wait, and counts all operations of a key "
        "together.",
        "Send nothing with this key until that time is over.",
    ),
    "gave-up-early": Counsel(
        "nouvel.conduct.wait-twenty-minutes",
        "Nouvel's jobs typically take 15 to 20 minutes, and one that rests at 99% is normal.",
        "Go on polling until 20 minutes have passed since the submission, or name a webhookUrl.",
    ),
    "resubmitted-after-lost-answer": Counsel(
        "nouvel.conduct.lost-answers-are-paid",
        "Nouvel takes the videos of each job from the plan's quota, and lists them all under GET /api/v1/projects.",
        "Look there for the job whose answer got lost, before ordering again.",
    ),
    "resubmitted-while-running": Counsel(
        "nouvel.conduct.running-jobs-are-paid",
        "Nouvel says to continue polling while a job runs; the second one takes its videos from the quota as well.",
        "Go on polling the first job, and order again only when it has failed.",
    ),
    "unknown-field": Counsel(
        "nouvel.conduct.known-fields",
        "Nouvel ignores what it does not know, so the job was made as if the field were not there.",
        "Write the names as the document does, in camelCase.",
    ),
}

FIELDS = {field.encode_name: "" for field in msgspec.structs.fields(NewJob)}


def advice(_: Options) -> Advice:
    """All that Nouvel asks of its clients."""
    none = frozenset[str]()
    return Advice(
        counsel=COUNSEL,
        submits=frozenset({"generate"}),
        polls=frozenset({"get_job"}),
        downloads=frozenset({"media"}),
        pace=10 * SECOND,
        patience=20 * MINUTE,
        shared=frozenset({"generate", "get_job", "list_projects", "get_project"}),
        fields=lambda operation, _: FIELDS if operation == "generate" else None,
        queries={
            "generate": none,
            "get_job": none,
            "get_project": none,
            "list_projects": frozenset({"page", "limit", "status"}),
        },
    )
