"""The VAT rates that come with a release; sources and date stand in ``vat_rates.toml``."""

from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("vat_rates.toml")


@cache
def release_rates() -> dict[str, dict[str, int]]:
    """Return basis points by country (ISO 3166-1) and class."""
    return msgspec.toml.decode(FILE.read_bytes(), type=dict[str, dict[str, int]])
