"""How Artnex says no: always `{"success": false, "error": CODE, "message": TEXT}` [artnex:authentication]."""

from typing import assert_never

from mockserver.core import refusals as no
from mockserver.core.refusals import Refusal
from mockserver.web.answers import RawHeaders, Reply, json_reply

from .options import Options

Fields = no.BadBody | no.MissingField | no.WrongType | no.BadValue | no.TooLong | no.NotAccepted | no.UnknownModel
Media = no.MissingMedia | no.MediaUnusable | no.MediaTooLarge | no.MediaTooLong
Plumbing = (
    no.UnknownPath | no.WrongMethod | no.RequestTooLarge | no.BodyTooLarge | no.Crashed | no.Unavailable | no.BadRange
)

UNKNOWN_REQUEST = "There is no such request."


def answer(refusal: Refusal, options: Options) -> Reply:  # noqa: ARG001 - one voice, whatever the settings
    """Word a refusal as Artnex does."""
    match refusal:
        case no.KeyMissing():
            return _invalid_key("artnex.auth.missing-or-malformed-key")
        case no.KeyRejected(why=why):
            return _invalid_key(f"artnex.auth.{'expired' if why == 'expired' else 'revoked'}-key")
        case no.Unaffordable(price=price, available=available):
            text = f"This video costs {price} credits, and {available} are left."
            return error(402, "insufficient_credits", text, clause="artnex.money.insufficient-credits")
        case no.OverLimit():
            return _too_many(refusal)
        case no.Moderated():
            text = "The prompt was refused because of its content."
            return error(422, "content_policy_violation", text, clause="artnex.lifecycle.moderated")
        case no.NotFound() | no.NotYours() | no.Gone() | no.NotReady() | no.NotForThis():
            return _missing(refusal)
        case no.NotPermitted() | no.PlanLacks():
            text = "The plan of this key does not include this."
            return error(403, "forbidden", text, clause="artnex.errors.envelope")
        case (
            no.UnknownPath()
            | no.WrongMethod()
            | no.RequestTooLarge()
            | no.BodyTooLarge()
            | no.Crashed()
            | no.Unavailable()
        ):
            return _plumbing(refusal)
        case no.BadRange():
            return _plumbing(refusal)
        case no.MissingMedia() | no.MediaUnusable() | no.MediaTooLarge() | no.MediaTooLong():
            return _bad_image(refusal)
        case no.InTrouble(status=status, phrase=phrase):
            return error(status, phrase.lower().replace(" ", "_"), f"{phrase}.", clause="artnex.errors.other-statuses")
        case _:
            return _bad_field(refusal)


def error(status: int, code: str, message: str, *, clause: str | None = None, headers: RawHeaders = ()) -> Reply:
    """Answer with the envelope."""
    return json_reply({"success": False, "error": code, "message": message}, status, headers, clause)


def _invalid_key(clause: str) -> Reply:
    # The vendor prints this body for every 401 [artnex:authentication].
    return error(401, "invalid_api_key", "The API key provided is not valid.", clause=clause)


def _too_many(refusal: no.OverLimit) -> Reply:
    wait = f"Try again in {max(round(refusal.wait.total_seconds()), 1)} seconds."
    if refusal.limit == "polls":
        text, clause = f"Ask for one job at most once in 5 seconds. {wait}", "artnex.limits.throttled-polls"
    else:
        text, clause = f"The daily request quota of your plan is used up. {wait}", "artnex.limits.daily-quota"
    return error(429, "rate_limit_exceeded", text, clause=clause)


def _missing(refusal: no.NotFound | no.NotYours | no.Gone | no.NotReady | no.NotForThis) -> Reply:
    match refusal:
        case no.NotYours():
            return error(404, "not_found", UNKNOWN_REQUEST, clause="artnex.status.other-keys-job")
        case no.NotFound(kind="job"):
            return error(404, "not_found", UNKNOWN_REQUEST, clause="artnex.status.unknown-id")
        case no.Gone():
            text = "This video is no longer available."
            return error(404, "not_found", text, clause="artnex.results.gone-afterwards")
        case no.NotFound() | no.NotReady() | no.NotForThis():
            text = "There is no such video."
            return error(404, "not_found", text, clause="artnex.status.completed-brings-the-url")
        case _:
            assert_never(refusal)


def _plumbing(refusal: Plumbing) -> Reply:
    match refusal:
        case no.UnknownPath():
            return error(404, "not_found", "There is nothing at this path.", clause="artnex.errors.unknown-path")
        case no.WrongMethod():
            text = "This path does not take this method."
            return error(405, "method_not_allowed", text, clause="artnex.errors.wrong-method")
        case no.RequestTooLarge(part=part):
            status, text = (
                431 if part == "headers" else 414,
                f"The {part} of this request {'are' if part == 'headers' else 'is'} too large.",
            )
            return error(status, "request_too_large", text, clause="artnex.errors.head-too-large")
        case no.BodyTooLarge(limit=limit):
            text = f"The body is larger than {limit} bytes."
            return error(413, "request_too_large", text, clause="artnex.errors.body-too-large")
        case no.Crashed():
            return error(500, "internal_error", "Something went wrong.", clause="artnex.errors.internal")
        case no.Unavailable():
            return error(503, "unavailable", "This is unavailable for now.", clause="artnex.errors.unavailable")
        case no.BadRange(size=size):
            ranges = [(b"content-range", b"bytes */%d" % size)]
            text = f"The file has {size} bytes."
            return error(416, "invalid_range", text, clause="artnex.results.byte-ranges", headers=ranges)
        case _:
            assert_never(refusal)


def _bad_image(refusal: Media) -> Reply:
    match refusal:
        case no.MissingMedia():
            text = "image is required when mode is image-to-video."
            return error(400, "missing_image", text, clause="artnex.values.image-missing")
        case no.MediaTooLarge(limit=limit):
            text = f"image must have at most {limit / 2**20:g} MB."
            return error(400, "image_too_large", text, clause="artnex.values.image-too-large")
        case no.MediaUnusable() | no.MediaTooLong():
            text = "image must be an HTTPS URL, or base64 of a JPEG, PNG or WebP."
            return error(400, "invalid_image_format", text, clause="artnex.values.image-not-an-image")
        case _:
            assert_never(refusal)


def _bad_field(refusal: Fields) -> Reply:
    match refusal:
        case no.BadBody(problem="content type"):
            text = "Content-Type must be application/json."
            return error(400, "invalid_request", text, clause="artnex.submit.content-type-is-json")
        case no.BadBody():
            text = "The body must be a JSON object."
            return error(400, "invalid_request", text, clause="artnex.values.body-not-an-object")
        case no.WrongType(field=field):
            text = f"{field} is not of the right type."
            return error(400, "invalid_request", text, clause="artnex.values.body-not-an-object")
        case no.MissingField(field="prompt"):
            return error(400, "missing_prompt", "prompt is required.", clause="artnex.values.prompt-missing")
        case no.MissingField(field="model"):
            return error(400, "invalid_model", "model is required.", clause="artnex.values.model-missing")
        case no.MissingField(field=field):
            clause = "artnex.status.request-id-missing"
            return error(400, f"missing_{field}", f"{field} is required.", clause=clause)
        case no.TooLong(field=field, limit=limit, actual=actual):
            text = f"{field} must have at most {limit} characters; this one has {actual}."
            return error(400, "prompt_too_long", text, clause="artnex.values.prompt-too-long")
        case no.BadValue():
            return _bad_value(refusal)
        case no.UnknownModel(model=model):
            return _bad_value(no.BadValue("model", model))
        case no.NotAccepted(field=field):
            return error(400, "invalid_request", f"{field} is not accepted.", clause="artnex.errors.envelope")
        case _:
            assert_never(refusal)


def _bad_value(refusal: no.BadValue) -> Reply:
    shown = str(refusal.value)[:100]
    match refusal:
        case no.BadValue(field="model", allowed=""):
            text = f"{shown} is not a supported video model."
            return error(400, "invalid_model", text, clause="artnex.values.model-unknown")
        case no.BadValue(field="model", allowed=mode):
            text = f"{shown} is not a model for mode {mode}."
            return error(400, "invalid_model", text, clause="artnex.values.model-of-the-other-mode")
        case no.BadValue(field="mode"):
            text = 'mode must be "text-to-video" or "image-to-video".'
            return error(400, "invalid_mode", text, clause="artnex.values.mode-invalid")
        case no.BadValue(field=field, allowed=allowed):
            text = f"{field} must be one of {allowed} for this model."
            return error(400, f"invalid_{field}", text, clause="artnex.values.duration-invalid")
