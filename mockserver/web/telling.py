"""What a body tells those who lay down scenarios."""

import msgspec

_ANYTHING = msgspec.json.Decoder()


def told(body: bytes) -> tuple[str, str]:
    """Read a body for what rules look at: what it calls `model`, and all of it as text, in JSON without escapes."""
    try:
        found = _ANYTHING.decode(body)
        text = msgspec.json.encode(found).decode()
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return "", body.decode("utf-8", "replace")
    model = found.get("model") if isinstance(found, dict) else None
    return model if isinstance(model, str) else "", text
