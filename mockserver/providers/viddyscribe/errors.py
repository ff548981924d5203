"""How ViddyScribe says no: a slug and a sentence, but for its two 409, whose slug is in `code`."""

from typing import Any, assert_never

from mockserver.core import refusals as no
from mockserver.core.clock import SECOND
from mockserver.core.refusals import Refusal
from mockserver.web.answers import RawHeaders, Reply, json_reply

from .options import Options

LIMITS = {
    "queued_jobs": ("queue_limit_exceeded", "viddyscribe.limits.queue"),
    "concurrent_uploads": ("concurrency_limit_exceeded", "viddyscribe.limits.concurrency"),
}


def answer(refusal: Refusal, options: Options) -> Reply:  # noqa: ARG001 - ViddyScribe has one wording
    """Word a refusal as ViddyScribe does."""
    match refusal:
        case no.KeyMissing() | no.KeyRejected():
            return error(401, "unauthorized", "Invalid or missing API key", "viddyscribe.auth.unauthorized-body")
        case no.PlanLacks() | no.NotPermitted():
            return _not_in_plan(refusal)
        case no.OverLimit() | no.Unaffordable():
            return _limit(refusal)
        case no.NotReady(state=state):
            return _conflict(state)
        case no.MediaTooLong() | no.MediaTooLarge() | no.BodyTooLarge() | no.MediaUnusable() | no.Gone():
            return _media(refusal)
        case no.NotFound(kind=kind) | no.NotYours(kind=kind):
            clause = f"viddyscribe.errors.{'job' if kind == 'job' else 'media'}-not-found"
            return error(404, "not_found", f"{kind.capitalize()} not found", clause)
        case (
            no.UnknownPath() | no.WrongMethod() | no.RequestTooLarge() | no.Crashed() | no.Unavailable() | no.BadRange()
        ):
            return _plumbing(refusal)
        case no.InTrouble(status=status, phrase=phrase):
            return error(status, phrase.lower().replace(" ", "_"), phrase, "viddyscribe.errors.other-statuses")
        case _:
            return error(400, "invalid_request", _problem(refusal), "viddyscribe.errors.invalid-request")


def error(status: int, slug: str, message: str, clause: str | None, headers: RawHeaders = (), **more: Any) -> Reply:  # noqa: ANN401 - any JSON
    """Answer `{"error": slug, "message": …}` and what else there is to say."""
    return json_reply({"error": slug, "message": message, **more}, status, headers, clause)


def _not_in_plan(refusal: no.PlanLacks | no.NotPermitted) -> Reply:
    feature, plan = (refusal.feature, refusal.plan) if isinstance(refusal, no.PlanLacks) else (refusal.permission, "")
    text = "This feature is not available on your current plan"
    clause = "viddyscribe.errors.feature-body"
    return error(
        403, "feature_not_available", text, clause, feature=feature, plan_name=plan, upgrade_url="/billing/upgrade"
    )


def _limit(refusal: no.OverLimit | no.Unaffordable) -> Reply:
    if isinstance(refusal, no.Unaffordable):
        text = "Your team's allocation has been exhausted"
        return error(429, "plan_limit_exceeded", text, "viddyscribe.money.plan-limit")
    if refusal.limit not in LIMITS:
        wait = max(1, -(-refusal.wait // SECOND))
        text = "Too many requests. Please slow down."
        return error(429, "rate_limit_exceeded", text, "viddyscribe.limits.rate-limit", retry_after=wait)
    slug, clause = LIMITS[refusal.limit]
    if refusal.limit == "queued_jobs":
        text = f"You have {refusal.most} jobs queued. Please wait for some to complete before submitting more."
    else:
        text = "Too many submissions are being validated. Please retry after a short delay."
    return error(429, slug, text, clause)


def _conflict(state: str) -> Reply:
    if state == "failed":
        text = "Upload failed. Please re-upload the media and try again."
        body = {"error": text, "code": "upload_failed", "upload_status": state}
        return json_reply(body, 409, clause="viddyscribe.errors.upload-failed")
    text = "Upload is still in progress. Please retry shortly."
    body = {"error": text, "code": "upload_not_ready", "upload_status": state}
    return json_reply(body, 409, clause="viddyscribe.errors.upload-not-ready")


Media = no.MediaTooLong | no.MediaTooLarge | no.BodyTooLarge | no.MediaUnusable | no.Gone


def _media(refusal: Media) -> Reply:
    match refusal:
        case no.MediaTooLong():
            text = "The submitted video exceeds the maximum duration allowed by your plan"
            return error(403, "video_too_long", text, "viddyscribe.upload.video-too-long")
        case no.MediaTooLarge() | no.BodyTooLarge():
            text = "The submitted file exceeds the maximum file size allowed by your plan"
            return error(403, "file_too_large", text, "viddyscribe.upload.file-too-large")
        case no.MediaUnusable():
            text = "The uploaded file has no video stream. Upload a file with at least one video stream."
            return error(415, "no_video_stream", text, "viddyscribe.upload.no-video-stream")
        case no.Gone():
            return error(403, "link_expired", "This link has ended", "viddyscribe.content.expired-link")
        case _:
            assert_never(refusal)


def _plumbing(
    refusal: no.UnknownPath | no.WrongMethod | no.RequestTooLarge | no.Crashed | no.Unavailable | no.BadRange,
) -> Reply:
    match refusal:
        case no.UnknownPath():
            return error(404, "not_found", "Not found", "viddyscribe.errors.not-found-slug")
        case no.WrongMethod():
            return error(405, "method_not_allowed", "Method not allowed", "viddyscribe.errors.method-not-allowed")
        case no.RequestTooLarge(part=part):
            status, text = (
                431 if part == "headers" else 414,
                f"The {part} of this request {'are' if part == 'headers' else 'is'} too large",
            )
            return error(status, "invalid_request", text, "viddyscribe.errors.head-too-large")
        case no.Crashed():
            return error(500, "internal_error", "Internal server error", "viddyscribe.errors.server-error")
        case no.Unavailable():
            return error(503, "unavailable", "Service unavailable", "viddyscribe.errors.unavailable")
        case no.BadRange(size=size):
            headers = [(b"content-range", b"bytes */%d" % size)]
            return error(416, "range_not_satisfiable", "Range not satisfiable", "viddyscribe.content.ranges", headers)
        case _:
            assert_never(refusal)


Fields = (
    no.BadBody | no.MissingField | no.MissingMedia | no.WrongType | no.BadValue | no.TooLong
    | no.NotAccepted | no.NotForThis | no.UnknownModel | no.Moderated
)  # fmt: skip


def _problem(refusal: Fields) -> str:
    """Say what is wrong with a request, and where."""
    match refusal:
        case no.BadBody(problem=problem):
            return f"Invalid request body: {problem}"
        case no.MissingField(field=field):
            return f"{field} is required"
        case no.WrongType(field=field, expected=expected):
            return f"Invalid value for {field}: expected {expected}"
        case no.BadValue(field=field, value=value, allowed=allowed):
            return f"Invalid value for {field}: {str(value)[:100]!r}" + (f", expected {allowed}" if allowed else "")
        case no.TooLong(field=field) | no.NotAccepted(field=field):
            return f"Invalid value for {field}"
        case no.Moderated():
            return "The video violates the content policy"
        case no.MissingMedia() | no.NotForThis() | no.UnknownModel():
            return "Invalid request"
        case _:
            assert_never(refusal)
