"""Cells that a spreadsheet would execute. On import they are plain text; on export they are made so."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def defuse(cell: str) -> str:
    """Return a text cell such that no spreadsheet takes it for a formula.

    For text only: a number such as ``-5`` that is meant as a number must not pass through here.
    """
    return "'" + cell if cell.startswith(_STARTS) else cell
