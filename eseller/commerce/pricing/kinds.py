"""What rows of prices and VAT rates must be."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from eseller.resilience.records.fields import LINE, Amount, BasisPoints, Country, Currency, Id, VatClass
from eseller.resilience.records.kind import Fate, Kind, Row, Rule, register


class PriceListRow(Row):
    """A shop's prices in one currency."""

    id: Id
    shop_id: Id
    name: Annotated[str, Meta(max_length=60, pattern=LINE, description="at most 60 characters in a line")]
    currency: Currency


class PriceRow(Row):
    """What a variant costs."""

    id: Id
    shop_id: Id
    price_list_id: Id
    variant_id: Id
    amount: Amount
    compare_at: Amount | None

    rules = (
        Rule(
            "compare_at",
            "an earlier price that is higher than the present one",
            lambda row: row.compare_at is None or row.compare_at > row.amount,
        ),
    )


class VatRateRow(Row):
    """A country's rate for a class of goods."""

    id: Id
    country: Country
    vat_class: VatClass
    rate_bp: BasisPoints


class ExchangeRateRow(Row):
    """What one unit of a currency is in another."""

    id: Id
    base: Currency
    currency: Currency
    rate_e9: Annotated[int, Meta(ge=1, le=10**18, description="billionths, 1 to 1,000,000,000,000,000,000")]
    quoted_on: date

    rules = (Rule("currency", "another currency than the base", lambda row: row.currency != row.base),)


register(
    Kind(
        table="pricing_pricelist",
        row=PriceListRow,
        label="price list",
        pages=("all prices",),
        stand_ins={"name": ""},
    ),
    Kind(
        table="pricing_price",
        row=PriceRow,
        label="price",
        fate=Fate.LEFT_OUT,
        owner="variant_id",
        pages=("listings", "search", "feed", "cart", "back office"),
        made_anew=True,
    ),
    Kind(table="pricing_vatrate", row=VatRateRow, label="VAT rate", shop=None, pages=("checkout of all shops",)),
    Kind(table="pricing_exchangerate", row=ExchangeRateRow, label="exchange rate", shop=None),
)
