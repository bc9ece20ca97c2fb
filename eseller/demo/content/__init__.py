"""The demo shops: data files, the records they become, and a month of orders."""

from eseller.demo.content.records import ShopContent, VatRate, load_shop, shops, vat_rates

__all__ = ["ShopContent", "VatRate", "load_shop", "shops", "vat_rates"]
