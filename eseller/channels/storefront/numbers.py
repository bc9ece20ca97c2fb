"""Numbers out of addresses and forms, where anything may stand."""

_LONGEST = 18


def whole(text: str | None, *, least: int = 0, most: int = 2**53) -> int | None:
    """Return a whole number written in plain digits, or None for anything else or out of bounds."""
    if not text or len(text) > _LONGEST or not text.isascii() or not text.isdigit():
        return None
    number = int(text)
    return number if least <= number <= most else None
