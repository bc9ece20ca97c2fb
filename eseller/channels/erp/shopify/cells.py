"""Single cells: text in, value out. Each function raises ``BadCell``, and nothing else."""

import re
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

from eseller.channels.erp.markdown import html_to_markdown
from eseller.commerce.catalog import clean
from eseller.kernel.money import InvalidMoney, Money, digits

MAX_QUANTITY = 10_000_000
MAX_GRAMS = 10_000_000
"""Ten tonnes; more is a slip of the pen."""

MAX_URL = 2_000
MAX_DESCRIPTION = 50_000
_MAX_BODY = 200_000
_MAX_BODY_TAGS = 6_000
_MAX_BODY_DEPTH = 100
"""Elements within elements; parsing takes time by the square of it."""

MAX_PRICE = 10**12
"""In minor units, whatever the currency."""

_TRUE = {"true", "yes", "y", "1", "t", "wahr", "sand", "continue"}
_FALSE = {"false", "no", "n", "0", "f", "falsch", "falsk", "deny"}
_SIGNS = {
    "$": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"},
    "€": {"EUR"},
    "£": {"GBP"},
    "¥": {"JPY", "CNY"},
    "kr": {"DKK", "SEK", "NOK", "ISK"},
    "kr.": {"DKK", "SEK", "NOK", "ISK"},
    "zł": {"PLN"},
    "kč": {"CZK"},
    "ft": {"HUF"},
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_SHALLOW = frozenset(
    ["area", "br", "col", "embed", "hr", "img", "input", "li", "link", "meta", "p", "source", "td", "th", "tr", "wbr"]
)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_AMOUNT = re.compile(r"([^0-9+-]{0,4}?)\s*([-+]?[0-9][0-9.,' ]{0,30}?)\s*([^0-9]{0,4})")
_WHOLE = re.compile(r"[-+]?[0-9]+|[-+]?[0-9]{1,3}([ .,])[0-9]{3}(\1[0-9]{3})*")


class BadCell(Exception):
    """A cell cannot be used; says why. Becomes a line of the report where the row is known."""

    def __init__(self, code: str, reason: str) -> None:
        """Keep a code for machines and a reason for persons."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


def clean_text(value: str, *, one_line: bool = True) -> str:
    """Return text as the catalog keeps it; formula signs stay, since here they are but letters."""
    return clean.line(value) if one_line else clean.block(value)


def parse_description(value: str) -> str:
    """Turn an HTML or plain description into Markdown.

    Raises:
        BadCell: when it is too long or has too many tags to be a description.
    """
    if len(value) > _MAX_BODY or value.count("<") > _MAX_BODY_TAGS or _depth(value) > _MAX_BODY_DEPTH:
        reason = f"Longer than {_MAX_BODY} characters, more than {_MAX_BODY_TAGS} tags, or nested too deeply."
        raise BadCell("description_too_complex", reason)
    return html_to_markdown(clean_text(value, one_line=False), limit=MAX_DESCRIPTION)


def _depth(html: str) -> int:
    """Return how deep elements are nested at most, estimated from their tags without parsing."""
    depth = deepest = 0
    for closing, name in _TAG.findall(html):
        if name.lower() not in _SHALLOW:
            depth = max(depth - 1, 0) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


def parse_bool(value: str) -> bool:
    """Read a yes or no, also of spreadsheets in Danish and German.

    Raises:
        BadCell: for anything else.
    """
    word = value.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadCell("not_true_or_false", "Neither true nor false.")


def parse_price(value: str, currency: str) -> int:
    """Read a price into minor units of the currency, exactly.

    Shopify writes ``1234.50``. Spreadsheets make ``1.234,50 €``, ``$1,234.50`` or ``49,95`` of it; these are
    read too. ``1,234`` may be either and is refused, since a price must not be off by a thousand.

    Raises:
        BadCell: when it is no amount, ambiguous, negative, too large, or names another currency.
    """
    text = value.replace("\u00a0", " ").replace("\u202f", " ").strip()
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise BadCell("bad_price", "Not an amount. Write it like 42.99.")
    before, number, after = match.groups()
    mark = (before.strip() + after.strip().removeprefix(",-")).lower()
    if mark and currency not in _SIGNS.get(mark, {mark.upper()}):
        raise BadCell("other_currency", f"“{mark}” is not {currency}, the currency of the shop.")
    try:
        amount = Money.parse(_plain_number(number, digits(currency)), currency).amount
    except InvalidMoney as error:
        raise BadCell("bad_price", error.message) from None
    if amount < 0:
        raise BadCell("negative_price", "A price cannot be negative.")
    if amount > MAX_PRICE:
        raise BadCell("price_too_high", "Higher than any price that can be charged.")
    return amount


def _plain_number(number: str, decimals: int) -> str:
    """Return a number without thousands separators and with a decimal point."""
    number = number.replace("'", " ")
    points = [char for char in number if char in ".,"]
    decimal = ""
    if len(set(points)) == 2 or points == ["."]:
        decimal = points[-1]
    elif points == [","]:
        thousands = len(number) - number.index(",") == 4
        if thousands and decimals:
            raise BadCell("ambiguous_price", "Thousands or decimals? Write it like 1234.00 or 1.23.")
        decimal = "" if thousands else ","
    whole, _, fraction = number.rpartition(decimal) if decimal else (number, "", "")
    if not _WHOLE.fullmatch(whole) or bool(decimal) != fraction.isdigit():
        raise BadCell("bad_price", "Not an amount. Write it like 42.99.")
    return re.sub(r"[ .,]", "", whole) + (f".{fraction}" if decimal else "")


def _number(value: str, code: str) -> Decimal:
    if not _NUMBER.fullmatch(value):
        raise BadCell(code, "Not a number. Write it like 12 or 12.5.")
    return Decimal(value)


def parse_quantity(value: str) -> int:
    """Read a number of pieces.

    Raises:
        BadCell: when it is no whole number, absurdly large, or negative (sold more than there was).
    """
    number = _number(value, "bad_quantity")
    if number != number.to_integral_value():
        raise BadCell("bad_quantity", "Not a whole number of pieces.")
    if number < 0:
        raise BadCell("negative_quantity", "Stock cannot be negative; it was taken as 0.")
    if number > MAX_QUANTITY:
        raise BadCell("quantity_too_high", f"More than {MAX_QUANTITY} pieces; it was taken as 0.")
    return int(number)


def parse_grams(value: str) -> int:
    """Read a weight in grams, rounded to whole grams.

    Raises:
        BadCell: when it is no number, negative or absurdly large.
    """
    number = _number(value, "bad_weight")
    if not 0 <= number <= MAX_GRAMS:
        raise BadCell("bad_weight", f"A weight is between 0 and {MAX_GRAMS} grams.")
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def unquote_number(value: str) -> str:
    """Drop the apostrophe by which Shopify keeps spreadsheets from reading a code as a number."""
    return value.removeprefix("'").strip()


def parse_ean(value: str) -> str:
    """Read a barcode: GTIN-8, -12, -13 or -14 with a right check digit. Of several, the first.

    Raises:
        BadCell: for anything else.
    """
    code = re.sub(r"[\s-]", "", unquote_number(re.split(r"[;,|]", value, maxsplit=1)[0]))
    if re.fullmatch(r"[0-9.,]+E\+?[0-9]+", code, re.IGNORECASE):
        raise BadCell("bad_barcode", "A spreadsheet has rounded the number. Export the file again.")
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", code):
        raise BadCell("bad_barcode", "Not a barcode of 8, 12, 13 or 14 digits.")
    weighted = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(code[:-1])))
    if (weighted + int(code[-1])) % 10:
        raise BadCell("bad_barcode", "The check digit is wrong.")
    return code


def parse_url(value: str) -> str:
    """Read the address of a picture; what it points to is judged when it is fetched.

    Raises:
        BadCell: when it is no http or https address, too long, or carries a password.
    """
    if len(value.encode()) > MAX_URL - len("https:"):
        raise BadCell("bad_address", f"The address is longer than {MAX_URL} bytes.")
    address = "https:" + value if value.startswith("//") else value
    try:
        parts = urlsplit(address)
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f\x7f\\<>\"]", address):
        raise BadCell("bad_address", "Not an http or https address.")
    if "@" in parts.netloc:
        raise BadCell("bad_address", "An address with a user name or password is not fetched.")
    return address


def parse_tags(value: str, *, limit: int, length: int) -> tuple[str, ...]:
    """Read tags parted by commas, each once, at most ``limit`` of at most ``length`` characters."""
    tags = (clean_text(tag)[:length].strip() for tag in value.split(","))
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:limit]
