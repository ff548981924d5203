"""How NanoGPT says no: with document 002's bodies by default, or the `error.message` objects of 003 and the guide."""

from typing import Any, assert_never

from mockserver.core import refusals as no
from mockserver.core.refusals import Refusal
from mockserver.web.answers import RawHeaders, Reply, json_reply

from .options import Options

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "INSUFFICIENT_BALANCE",
    403: "permission_error",
    404: "not_found_error",
    413: "invalid_request_error",
    429: "RATE_LIMITED",
    500: "server_error",
}
"""The guide's `error.type` by status; those of 400, 401, 403, 404, 413 and 500 are inferred [nanogpt:errors]."""

RATE_LIMITED = "Rate limit exceeded. Please wait before generating another video."
POLICY = "Your prompt was blocked due to safety concerns. Please modify your prompt."
LIMIT_CLAUSES = {
    "submit": "nanogpt.limits.fifty-submissions-a-minute",
    "extend": "nanogpt.limits.twenty-a-minute",
    "recover": "nanogpt.limits.twenty-a-minute",
}
MEDIA_TEXTS = {
    "image": "requires an input image. Please select an image to generate a video.",
    "video": "requires an input video. Please select a video to generate a video.",
    "audio": "requires an input audio. Please select an audio to generate a video.",
    "script": "requires a script. Please provide a script to generate a video.",
}
PRINTED = "Kling 2.1 Standard"
"""The model whose refusal document 002 prints."""
MEDIA_CLAUSES = {
    "printed": "nanogpt.media.kling-needs-an-image",
    "image": "nanogpt.media.others-need-an-image",
    "video": "nanogpt.media.video-required",
    "audio": "nanogpt.media.audio-required",
    "script": "nanogpt.submit.script-for-prompt",
}


def answer(refusal: Refusal, options: Options) -> Reply:
    """Word a refusal as NanoGPT does, in the style that the settings ask for."""
    match refusal:
        case no.KeyMissing() | no.KeyRejected():
            missing = isinstance(refusal, no.KeyMissing)
            clause = "nanogpt.auth.missing-key" if missing else "nanogpt.auth.refused-key"
            return error(options, 401, "Invalid session", clause=clause)
        case no.NotPermitted() | no.PlanLacks() | no.NotYours():
            return error(options, 403, "Forbidden", clause="nanogpt.auth.job-of-another-key")
        case no.Unaffordable():
            return error(options, 402, "Insufficient balance", clause="nanogpt.submit.insufficient-balance")
        case no.OverLimit(limit=limit):
            return error(options, 429, RATE_LIMITED, clause=LIMIT_CLAUSES.get(limit, LIMIT_CLAUSES["submit"]))
        case no.Moderated():
            return policy_violation(options)
        case (
            no.UnknownPath() | no.WrongMethod() | no.RequestTooLarge() | no.Crashed() | no.Unavailable() | no.BadRange()
        ):
            return _plumbing(refusal, options)
        case no.NotFound() | no.Gone() | no.NotReady() | no.NotForThis():
            return _missing(refusal, options)
        case no.BodyTooLarge() | no.MediaTooLarge() | no.MediaTooLong() | no.MediaUnusable() | no.MissingMedia():
            return _bad_media(refusal, options)
        case no.InTrouble(status=status, phrase=phrase):
            return error(options, status, phrase, clause="nanogpt.errors.other-statuses")
        case _:
            return _bad_field(refusal, options)


def error(options: Options, status: int, text: str, *, clause: str | None = None, headers: RawHeaders = ()) -> Reply:
    """Answer with one text: `{"error": "…", "status": 402}`, or the guide's object."""
    body: dict[str, Any] = {"error": text, "status": status}
    if options.errors == "guide":
        body = {"error": {"message": text, "type": TYPES.get(status, TYPES[500 if status > 500 else 400])}}
    return json_reply(body, status, headers, clause)


def policy_violation(options: Options) -> Reply:
    """Refuse a prompt for its content; document 002 prints this one as an object [002:465-473]."""
    problem = {"message": POLICY, "type": "CONTENT_POLICY_VIOLATION"}
    body = {"error": problem} if options.errors == "guide" else {"error": problem, "status": 400}
    return json_reply(body, 400, clause="nanogpt.submit.content-policy")


def _plumbing(
    refusal: no.UnknownPath | no.WrongMethod | no.RequestTooLarge | no.Crashed | no.Unavailable | no.BadRange,
    options: Options,
) -> Reply:
    match refusal:
        case no.UnknownPath():
            return error(options, 404, "Not found", clause="nanogpt.errors.unknown-path")
        case no.WrongMethod():
            return error(options, 405, "Method not allowed", clause="nanogpt.errors.method-not-allowed")
        case no.RequestTooLarge(part=part):
            too = ("Request header fields too large", 431) if part == "headers" else ("URI too long", 414)
            return error(options, too[1], too[0], clause="nanogpt.errors.head-too-large")
        case no.Crashed():
            return error(options, 500, "Internal server error", clause="nanogpt.errors.internal")
        case no.Unavailable():
            return error(options, 503, "Service unavailable", clause="nanogpt.errors.unavailable")
        case no.BadRange(size=size):
            headers = [(b"content-range", b"bytes */%d" % size)]
            return error(options, 416, "Range not satisfiable", clause="nanogpt.results.ranges", headers=headers)
        case _:
            assert_never(refusal)


def _missing(refusal: no.NotFound | no.Gone | no.NotReady | no.NotForThis, options: Options) -> Reply:
    match refusal:
        case no.NotFound(kind="job"):
            return error(options, 404, "Video generation request not found", clause="nanogpt.status.unknown-id")
        case no.NotFound():
            return error(options, 404, "Not found", clause="nanogpt.results.not-there")
        case no.Gone():
            return error(options, 403, "Forbidden", clause="nanogpt.results.seven-days")
        case no.NotReady(kind="original"):
            return error(options, 400, "The original video is not completed", clause="nanogpt.extend.finished-only")
        case no.NotReady():
            return error(options, 404, "Video content is not available", clause="nanogpt.content.not-yet")
        case no.NotForThis():
            return error(
                options, 400, "Only Midjourney videos can be extended", clause="nanogpt.extend.midjourney-only"
            )
        case _:
            assert_never(refusal)


Media = no.BodyTooLarge | no.MediaTooLarge | no.MediaTooLong | no.MediaUnusable | no.MissingMedia
Fields = no.BadBody | no.MissingField | no.WrongType | no.BadValue | no.TooLong | no.NotAccepted | no.UnknownModel


def _bad_media(refusal: Media, options: Options) -> Reply:
    match refusal:
        case no.BodyTooLarge():
            return error(options, 413, "Request body too large", clause="nanogpt.errors.body-too-large")
        case no.MediaTooLarge(field=field, limit=limit):
            text = f"{field} is too large. Uploads must be {limit / 2**20:g} MB or smaller."
            return error(options, 413, text, clause="nanogpt.media.four-megabytes")
        case no.MediaTooLong(limit=limit):
            text = f"Source video must be {limit.total_seconds():.0f} seconds or shorter"
            return error(options, 400, text, clause="nanogpt.media.source-video-120-seconds")
        case no.MediaUnusable(field=field):
            return error(options, 400, f"Invalid value for {field}", clause="nanogpt.errors.invalid-is-400")
        case no.MissingMedia(model=model, kind=kind):
            clause = MEDIA_CLAUSES["printed" if model == PRINTED else kind]
            return error(options, 400, f"{model} {MEDIA_TEXTS[kind]}", clause=clause)
        case _:
            assert_never(refusal)


def _bad_field(refusal: Fields, options: Options) -> Reply:
    match refusal:
        case no.BadBody():
            return error(options, 400, "Invalid JSON body", clause="nanogpt.submit.not-json")
        case no.MissingField(field="model" | "prompt" as field, clause=None):  # of an order, not of a query
            return error(options, 400, f"{field.capitalize()} is required", clause=f"nanogpt.submit.{field}-required")
        case no.MissingField(field=field):
            return error(options, 400, f"Missing {field}", clause="nanogpt.errors.inferred-texts")
        case no.BadValue(field="resolution", value="1792x1024", allowed="pro"):
            return pro_required(options)
        case no.WrongType(field=field) | no.BadValue(field=field):
            wrong_type = isinstance(refusal, no.WrongType)
            clause = "nanogpt.submit.wrong-type" if wrong_type else "nanogpt.values.strict"
            return error(options, 400, f"Invalid value for {field}", clause=clause)
        case no.TooLong():
            return too_long(refusal, options)
        case no.NotAccepted(field=field):
            text = f"{field} is not accepted when extending a Midjourney video"
            return error(options, 400, text, clause="nanogpt.extend.no-source-video")
        case no.UnknownModel(model=model):
            return error(options, 400, f"Model not found: {model[:200]}", clause="nanogpt.submit.unknown-model")
        case _:
            assert_never(refusal)


def pro_required(options: Options) -> Reply:
    """Refuse Sora's large picture without pro mode; the guide has a type for it [nanogpt:guide]."""
    text = "1792x1024 requires pro mode"
    clause = "nanogpt.values.sora-large-is-pro"
    if options.errors == "guide":
        return json_reply({"error": {"message": text, "type": "PRO_REQUIRED"}}, 400, clause=clause)
    return error(options, 400, text, clause=clause)


def too_long(refusal: no.TooLong, options: Options) -> Reply:
    """Refuse a long prompt with one of the three measured texts [dossier of the live service, 2026-07]."""
    limit = refusal.limit
    if refusal.model == "MiniMax Hailuo 02":
        text = f"Your prompt is too long. Please shorten it to {limit} characters or less"
        return error(options, 400, text, clause="nanogpt.submit.prompt-cap-hailuo")
    if refusal.model == "LTX-2 Fast":
        body = {"error": f"Prompt is too long. Please keep it under {limit} characters."}
        clause = "nanogpt.submit.prompt-cap-ltx"
    else:
        text = f"Your prompt is too long for {refusal.model}. Please shorten it to {limit} characters or less"
        body = {"error": f"{text} (current: {refusal.actual} characters).", "code": "prompt_too_long"}
        clause = "nanogpt.submit.prompt-cap-wording"
    if options.errors == "guide":
        return error(options, 400, body["error"], clause=clause)
    return json_reply(body, 400, clause=clause)
