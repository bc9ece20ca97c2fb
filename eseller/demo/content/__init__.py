"""The demo shops: data files, the records they become, and a month of orders."""

from eseller.demo.content.records import ShopContent, load_shop, shops

__all__ = ["ShopContent", "load_shop", "shops"]
