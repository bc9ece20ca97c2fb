"""Types of fields, with their rules in words. Rows, pages and imports use the same ones.

The words (``description``) stand in findings, so they tell a person what would be right.
"""

import re
from typing import Annotated

from msgspec import Meta

# Text without control characters; a line has no line breaks either. (Unicode category Cc, and what breaks lines.)
LINE = "^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
BLOCK = "^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
WORDS = f"^(?=.*\\S){LINE[1:]}"
"""A line in which something stands."""
SLUG = "^[a-z0-9](-?[a-z0-9])*$"
LANGUAGE = "^[a-z]{2}(-[A-Z]{2})?$"
HOST = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"

MOST = 2**31 - 1
NEVER = "2000-01-01T00:00:00Z"
"""What stands in for a moment that cannot be read, where it only orders or dates what is shown."""

Id = Annotated[int, Meta(ge=1, description="the number of a row, 1 or more")]
Whole = Annotated[int, Meta(ge=0, le=MOST, description="a whole number, 0 or more")]
Position = Annotated[int, Meta(ge=-MOST - 1, le=MOST, description="a place in an order")]
Amount = Annotated[int, Meta(ge=0, le=10**13, description="an amount of 0 to 10,000,000,000,000 in minor units")]
"""See ``kernel.money.MAX_AMOUNT``; written out, since a type checker wants a literal."""
Balance = Annotated[int, Meta(ge=-(10**13), le=10**13, description="an amount in minor units, of either sign")]
BasisPoints = Annotated[int, Meta(ge=0, le=5000, description="a rate of 0 to 5000 basis points")]
Flag = bool
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="a country's code, such as DK (ISO 3166-1)")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="a currency's code, such as DKK (ISO 4217)")]
Language = Annotated[str, Meta(max_length=5, pattern=LANGUAGE, description="a language's code, such as da")]
Slug = Annotated[
    str, Meta(max_length=200, pattern=SLUG, description="part of an address: small letters, digits, single hyphens")
]
Host = Annotated[str, Meta(max_length=253, pattern=HOST, description="a host in small letters, without port")]
PasswordHash = Annotated[
    str, Meta(max_length=200, pattern=r"^(!|[a-z0-9_]+\$)[!-~]*$", description="a hash of a password, or none")
]
WebAddress = Annotated[
    str, Meta(pattern=f"^(https?://{LINE[1:-1]})?$", description="a web address, or nothing")
]
MethodCode = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$", description="small letters, digits and hyphens")]
Token = Annotated[
    str, Meta(min_length=1, max_length=128, pattern="^[A-Za-z0-9_.:=+/-]+$", description="an unguessable name")
]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="64 hexadecimal digits")]
Email = Annotated[
    str,
    Meta(max_length=200, pattern="^[^\\s@\x00-\x1f]+@[^\\s@\x00-\x1f]+$", description="an e-mail address"),
]
VatClass = Annotated[str, Meta(pattern="^[a-z_]{1,20}$", description="a class of VAT in small letters")]
Actor = Annotated[str, Meta(max_length=100, pattern=LINE, description="who did it, at most 100 characters in a line")]
Code = Annotated[str, Meta(max_length=64, pattern=WORDS, description="a short name in one line")]
Label = Annotated[str, Meta(max_length=500, pattern=LINE, description="one line of at most 500 characters")]
Labels = dict[Language, Label]
"""Words by language."""
Paragraphs = dict[Language, Annotated[str, Meta(max_length=4000, pattern=BLOCK, description="a text")]]

is_language = re.compile(LANGUAGE).match
