"""Why nothing can be priced."""

from eseller.kernel.errors import EsellerError


class NoVatRates(EsellerError):
    """The shop's own country has no VAT rates, so nothing can be sold. An operator sets them: eseller vat set."""

    code = "no_vat_rates"
    status = 503
