"""Terms: what servers and sandboxes are told by keyword, in the words of the settings and of the control API."""

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches

CLOCKS = ("auto", "frozen", "scaled")
KNOWN = ("accounts", "at", "clock", "scenario", "seed", "speed", "start")


def flat(settings: Mapping[str, object]) -> dict[str, object]:
    """Give settings their plain names: `{"nanogpt": {"profile": "2025"}}` is `{"nanogpt.profile": "2025"}`."""
    found: dict[str, object] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{option}": its for option, its in value.items()}
        else:
            found[name] = value
    return found


def written(value: object) -> str:
    """Write a setting as a command line has it."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case list() | tuple() | set() | frozenset():
            return ",".join(str(one) for one in value)
        case _:
            return str(value)


def sandbox_terms(terms: Mapping[str, object], providers: Mapping[str, object]) -> dict[str, object]:
    """Turn what a sandbox is told by keyword into the body of `POST /_mock/sandboxes`, without its name.

    Raises TypeError for a keyword that is none; the nearest is named.
    """
    for name, value in terms.items():
        if name in providers and not isinstance(value, Mapping):
            raise TypeError(f"{name}= takes the provider's settings, as in {name}={{'profile': '2025'}}")
        if name not in KNOWN and name not in providers:
            near = get_close_matches(name, [*KNOWN, *providers], n=1)
            hint = f"; did you mean {near[0]}=?" if near else ""
            raise TypeError(f"a sandbox has no {name}={hint} There are: {', '.join([*KNOWN, *providers])}")
    own = {name: value for name, value in terms.items() if name in providers}
    body = {"clock": _clock(terms), "seed": terms.get("seed"), "accounts": terms.get("accounts"), "settings": flat(own)}
    return {name: value for name, value in body.items() if value is not None}


def _clock(terms: Mapping[str, object]) -> object:
    """How time begins: a mode, and a speed or a first instant where one is given."""
    asked, speed, start = terms.get("clock"), terms.get("speed"), terms.get("start")
    if isinstance(asked, Mapping):
        return dict(asked)
    if speed is None and start is None:
        return asked
    more = {"speed": speed, "now": start.isoformat() if isinstance(start, datetime) else start}
    mode = "scaled" if speed is not None and asked in {None, "scaled"} else asked
    return {"mode": mode} | {name: value for name, value in more.items() if value is not None}
