"""How Nouvel says no: `{"error": …}`, with `reason`, `usage` or `retryAfter` where they apply [nouvel:errors]."""

from math import ceil
from typing import Any, assert_never

from mockserver.core import refusals as no
from mockserver.core.refusals import Refusal
from mockserver.web.answers import RawHeaders, Reply, json_reply

from .options import Options

Fields = no.BadBody | no.MissingField | no.WrongType | no.BadValue | no.TooLong | no.NotAccepted | no.UnknownModel
Media = no.MissingMedia | no.MediaUnusable | no.MediaTooLarge | no.MediaTooLong
Plumbing = (
    no.UnknownPath
    | no.WrongMethod
    | no.RequestTooLarge
    | no.BodyTooLarge
    | no.Crashed
    | no.Unavailable
    | no.InTrouble
    | no.BadRange
)
Missing = no.NotFound | no.NotYours | no.Gone | no.NotReady | no.NotForThis

PAY = "Add credits ($8/video) or upgrade your plan."
NO_KEY = {
    "revoked": "nouvel.auth.missing-or-unknown-key",
    "unknown": "nouvel.auth.missing-or-unknown-key",
    "expired": "nouvel.auth.expired-key",
    "malformed": "nouvel.auth.prefix",
}
MUST = {
    "urls": ("must be an array of 1-3 URLs", "nouvel.submit.urls-required"),
    "variantCount": ("must be an integer from 1 to 3", "nouvel.submit.variant-count"),
    "webhookUrl": ("must be a public HTTPS URL", "nouvel.webhooks.url-filter"),
    "page": ("must be a positive integer", "nouvel.projects.bad-parameters"),
    "limit": ("must be an integer from 1 to 100", "nouvel.projects.bad-parameters"),
    "status": ("must be one of", "nouvel.projects.bad-parameters"),
    "aspectRatio": ("must be one of", "nouvel.submit.aspect-ratio"),
    "adDuration": ("must be one of", "nouvel.submit.ad-duration"),
    "contentType": ("must be one of", "nouvel.submit.content-type"),
}
"""What each field must be, in words of which the vendor prints the first [nouvel:errors], and the clause for it."""


def answer(refusal: Refusal, options: Options) -> Reply:  # noqa: ARG001 - one voice, whatever the settings
    """Word a refusal as Nouvel does."""
    match refusal:
        case no.KeyMissing():
            return _no_key("nouvel.auth.missing-or-unknown-key")
        case no.KeyRejected(why=why):
            return _no_key(NO_KEY[why])
        case no.PlanLacks(plan=plan):
            reason = f"Your plan ({plan}) does not include API access. Upgrade to Scale or Business."
            return error(402, "API access requires a Scale or Business plan", "nouvel.auth.plan-refusal", reason=reason)
        case no.NotPermitted(permission=permission):
            text = f"This API key does not have the '{permission}' permission"
            return error(403, text, "nouvel.auth.missing-permission")
        case no.Unaffordable():
            return _quota_exceeded(refusal)
        case no.Moderated(url=host):
            reason = f"{host} is not a product page. Paste a link to a product you want to advertise."
            return error(422, "not_a_product", "nouvel.product.not-a-product", reason=reason)
        case no.OverLimit():
            return _too_many(refusal)
        case no.NotFound() | no.NotYours() | no.Gone() | no.NotReady() | no.NotForThis():
            return _missing(refusal)
        case no.UnknownPath() | no.WrongMethod() | no.RequestTooLarge() | no.BodyTooLarge() | no.Unavailable():
            return _plumbing(refusal)
        case no.Crashed() | no.InTrouble() | no.BadRange():
            return _plumbing(refusal)
        case no.MissingMedia() | no.MediaUnusable() | no.MediaTooLarge() | no.MediaTooLong():
            field = refusal.field if not isinstance(refusal, no.MissingMedia) else "media"
            return error(400, f"{field} is not usable", "nouvel.submit.bad-values-are-400")
        case _:
            return _bad_field(refusal)


def error(
    status: int,
    text: str,
    clause: str | None = None,
    *,
    headers: RawHeaders = (),
    **more: Any,  # noqa: ANN401 - what else the body has
) -> Reply:
    """Answer with the envelope."""
    return json_reply({"error": text, **more}, status, headers, clause)


def _no_key(clause: str) -> Reply:
    return error(401, "Unable to resolve user from API key", clause)


def _quota_exceeded(refusal: no.Unaffordable) -> Reply:
    used, limit = refusal.used, refusal.limit
    if used == limit or refusal.available == 0:
        reason, clause = f"You've used all {limit} videos for this billing period. {PAY}", "nouvel.money.quota-refusal"
    else:
        reason = f"This request needs {refusal.price} videos, and {refusal.available} can be paid for. {PAY}"
        clause = "nouvel.money.all-or-nothing"
    return error(402, "quota_exceeded", clause, reason=reason, usage={"used": used, "limit": limit})


def _too_many(refusal: no.OverLimit) -> Reply:
    seconds = max(ceil(refusal.wait.total_seconds()), 1)
    return error(
        429,
        "Rate limit exceeded",
        "nouvel.limits.sixty-a-minute",
        headers=[(b"retry-after", b"%d" % seconds)],
        reason="You have made too many requests. Please wait before trying again.",
        retryAfter=seconds,
    )


def _missing(refusal: Missing) -> Reply:
    match refusal:
        case no.NotYours():
            return error(404, "Job not found", "nouvel.status.foreign-job")
        case no.NotFound(kind="job"):
            return error(404, "Job not found", "nouvel.status.unknown-job")
        case no.NotFound(kind="project"):
            return error(404, "Project not found", "nouvel.projects.unknown")
        case no.NotFound() | no.Gone() | no.NotReady() | no.NotForThis():
            return error(404, "Not found", "nouvel.results.no-file-before-the-end")
        case _:
            assert_never(refusal)


def _plumbing(refusal: Plumbing) -> Reply:
    match refusal:
        case no.UnknownPath():
            return error(404, "Not found", "nouvel.errors.unknown-path")
        case no.WrongMethod():
            return error(405, "Method not allowed", "nouvel.errors.wrong-method")
        case no.RequestTooLarge(part=part):
            return error(431 if part == "headers" else 414, f"Request {part} too large", "nouvel.errors.head-too-large")
        case no.BodyTooLarge():
            return error(413, "Request body too large", "nouvel.errors.body-too-large")
        case no.Crashed():
            return error(500, "Internal server error", "nouvel.errors.internal")
        case no.Unavailable():
            return error(503, "Service unavailable", "nouvel.errors.unavailable")
        case no.InTrouble(status=status, phrase=phrase):
            return error(status, phrase, "nouvel.errors.other-statuses")
        case no.BadRange(size=size):
            headers = [(b"content-range", b"bytes */%d" % size)]
            return error(416, "Range not satisfiable", "nouvel.results.byte-ranges", headers=headers)
        case _:
            assert_never(refusal)


def _bad_field(refusal: Fields) -> Reply:
    match refusal:
        case no.BadBody():
            return error(400, "Invalid JSON body", "nouvel.submit.broken-json")
        case no.TooLong(field=field, limit=limit):
            return error(400, f"{field} must be at most {limit} characters", "nouvel.submit.instructions-limit")
        case no.MissingField(field=field) | no.NotAccepted(field=field) | no.BadValue(field=field):
            return _must(field, refusal.allowed if isinstance(refusal, no.BadValue) else "")
        case no.WrongType(field=field, expected=expected):
            return _must(field.partition("[")[0], "", expected)
        case no.UnknownModel(model=model):
            return error(400, f"{model[:200]} is not known", "nouvel.submit.bad-values-are-400")
        case _:
            assert_never(refusal)


def _must(field: str, allowed: str, expected: str = "") -> Reply:
    """Say what a field has to be; of one that can be only some values, which."""
    text, clause = MUST.get(field, ("must be a string", "nouvel.submit.bad-values-are-400"))
    if expected and text == "must be one of":
        return error(400, f"{field} must be {'an integer' if expected == 'int' else 'a string'}", clause)
    return error(400, f"{field} {text} {allowed}".rstrip(), clause)
