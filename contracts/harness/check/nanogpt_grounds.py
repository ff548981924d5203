"""What the answers of NanoGPT rest on, place by place."""

from contracts.harness.check.grounds import Ground

GROUNDS = (
    Ground("POST /api/generate-video", "202", {
        "status": "nanogpt.submit.accepted", "header content-type": "nanogpt.submit.accepted",
        "header x-remaining-balance": "nanogpt.money.balance-header",
        "$.status": "nanogpt.submit.status-pending", "$.model": "nanogpt.submit.model-echoed",
        "$.runId": "nanogpt.submit.run-id-begins-with-vid", "$.runId required": "nanogpt.submit.answer-fields",
        "$": "nanogpt.submit.answer-fields",
    }),
    Ground("GET /api/video/status", "200", {
        '$.data.status "IN_QUEUE"': "nanogpt.status.in-queue",
        '$.data.status "IN_PROGRESS"': "nanogpt.status.in-progress",
        '$.data.status "COMPLETED"': "nanogpt.status.completed", '$.data.status "FAILED"': "nanogpt.status.failed",
        '$.data.status "CANCELED"': "nanogpt.status.canceled",
        "$.data.details": "nanogpt.status.in-progress", "$.data.output": "nanogpt.status.completed",
        "$.data.cost": "nanogpt.status.cost-when-completed", "$.data.error": "nanogpt.status.failed",
        "$.data.isNSFWError": "nanogpt.status.failed", "$.data.userFriendlyError": "nanogpt.status.failed",
        "$": "nanogpt.status.nested",
    }),
    Ground("GET /api/generate-video/status", "200", {
        "$.data.cost": "nanogpt.legacy.cost-when-completed", "$": "nanogpt.legacy.shape",
    }),
    Ground("GET /api/generate-video/recover", "200", {
        "$.data[].createdAt": "nanogpt.recover.created-at", "$.data[].createdAt required": "nanogpt.recover.entries",
        "$.data[].status": "nanogpt.recover.words", "$": "nanogpt.recover.entries",
    }),
    Ground("POST /api/check-balance", "200", {"$": "nanogpt.balance.three-texts"}),
    Ground("GET /api/v1/video-models", "200", {
        "$.data": "nanogpt.catalogue.models-of-the-documents", "$.data[]": "nanogpt.catalogue.entry",
        "$": "nanogpt.catalogue.envelope",
    }),
    Ground(".*", "401", {"$.error": "nanogpt.auth.missing-key"}),
    Ground(".*", "405", {"header allow": "nanogpt.errors.method-not-allowed"}),
    Ground(".*", "[45]..", {"$.status": "nanogpt.errors.two-keys", "$": "nanogpt.errors.two-keys"}),
    Ground(".*", ".*", {
        "header access-control-allow-origin": "nanogpt.cors.any-origin",
        "header access-control-expose-headers": "nanogpt.cors.headers-exposed",
    }),
)  # fmt: skip
"""What answers rest on, place by place; what a check asks for besides has its own clause."""
