"""What the mock knows of a refusal and the provider does not say: for `X-Mock-Hint`, beside the clause."""

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.core import refusals as no
from mockserver.core.refusals import Refused

LONGEST = 300

KEYS = {
    "malformed": "the key has not the form of this provider's keys",
    "unknown": "the server takes listed keys alone",
    "revoked": "the key is revoked, by its text or by the control API",
    "expired": "the key has expired, by its text or by the control API",
}


def _allowed(refusal: no.BadValue) -> str:
    return f"{refusal.field}: {refusal.allowed}" if refusal.allowed else ""


HINTS: Mapping[type[Refused], Callable[[Any], str]] = {
    no.UnknownPath: lambda it: f"the nearest routes: {', '.join(it.nearest)}" if it.nearest else "",
    no.Crashed: lambda _: "a defect of fauxreel: its log has the traceback",
    no.KeyRejected: lambda it: KEYS.get(it.why, ""),
    no.PlanLacks: lambda it: f"the plan {it.plan} lacks {it.feature}",
    no.NotPermitted: lambda it: f"the key lacks the permission {it.permission}",
    no.OverLimit: lambda it: f"limit {it.limit}; the next is welcome in {it.wait.total_seconds():g} s of mock time",
    no.BadBody: lambda it: it.problem,
    no.WrongType: lambda it: f"{it.field}: {it.expected} expected",
    no.BadValue: _allowed,
    no.MediaUnusable: lambda it: f"{it.field}: {it.problem.replace('_', ' ')}",
    no.MediaTooLarge: lambda it: f"{it.field}: at most {it.limit} bytes",
    no.MediaTooLong: lambda it: f"{it.field}: at most {it.limit.total_seconds():g} s",
    no.MissingMedia: lambda it: f"{it.model}: {it.kind} needed",
    no.TooLong: lambda it: f"{it.field}: at most {it.limit} characters, and not {it.actual}",
    no.NotFound: lambda it: f"there is no {it.kind} {it.id}",
    no.NotYours: lambda it: f"the {it.kind} belongs to another account",
    no.Gone: lambda it: f"the {it.kind} has expired",
    no.NotReady: lambda it: f"the {it.kind} is {it.state}",
    no.NotForThis: lambda it: f"this is for {it.what}",
}
"""From a refusal to a hint; an empty one is none. What has no entry is clear from the provider's own words."""


def hint(refusal: Refused) -> bytes | None:
    """What helps to understand a refusal, as the value of a header; None where the answer says it all."""
    if refusal.fault is not None:
        return f"the fault {refusal.fault} asked for it".encode()
    tell = HINTS.get(type(refusal))
    if tell is None:
        return None
    text = "".join(sign if sign.isprintable() else " " for sign in tell(refusal)[:LONGEST])
    return text.strip().encode("ascii", "backslashreplace") or None
