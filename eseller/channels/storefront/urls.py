"""The addresses of every shop: each page once for each language, with a prefix but for the shop's first."""

from django.urls import include, path, register_converter

from eseller.channels.storefront import errors
from eseller.channels.storefront.views import (
    account,
    cart,
    catalog,
    checkout,
    feeds,
    machine,
    orders,
    pay,
    sign_in,
    sitemaps,
)


class LanguageConverter:
    """A language code as the first part of a path."""

    regex = "[a-z]{2}(?:-[A-Z]{2})?"

    def to_python(self, value: str) -> str:
        """Take it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Give it as it is."""
        return value


class SlugConverter(LanguageConverter):
    """The last part of an address, as products and pages have it."""

    regex = "[a-z0-9](?:-?[a-z0-9]){0,199}"


class TokenConverter(LanguageConverter):
    """An unguessable name."""

    regex = "[A-Za-z0-9_.:=-]{1,300}"


register_converter(LanguageConverter, "language")
register_converter(SlugConverter, "shopslug")
register_converter(TokenConverter, "token")

_pages = [
    path("", catalog.home, name="home"),
    path("p/<shopslug:slug>", catalog.product, name="product"),
    path("c/<shopslug:slug>", catalog.category, name="category"),
    path("search", catalog.search, name="search"),
    path("pages/<shopslug:slug>", catalog.text_page, name="page"),
    path("fragments/header", cart.header, name="header"),
    path("cart", cart.cart, name="cart"),
    path("cart/add", cart.add, name="cart-add"),
    path("cart/update", cart.update, name="cart-update"),
    path("checkout", checkout.checkout, name="checkout"),
    path("order/<token:public_id>", orders.order, name="order"),
    path("order/<token:public_id>/paper/<int:paper_id>", orders.paper, name="order-paper"),
    path("pay/testcard/<token:reference>", pay.testcard, name="pay-testcard"),
    path("account", account.overview, name="account"),
    path("account/sign-in", sign_in.enter, name="sign-in"),
    path("account/sign-out", sign_in.leave, name="sign-out"),
    path("account/register", sign_in.join, name="register"),
    path("account/forgot", sign_in.forgot, name="forgot"),
    path("account/reset/<token:token>", sign_in.reset, name="reset"),
    path("account/addresses", account.addresses, name="addresses"),
    path("account/addresses/<int:address_id>", account.address, name="address"),
    path("account/settings", account.settings, name="settings"),
    path("account/data", account.download, name="account-data"),
]

urlpatterns = [
    path("", include(_pages)),
    path("theme.css", machine.theme, name="theme"),
    path("media/<str:name>", machine.media, name="media"),
    path("robots.txt", machine.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-home.xml", sitemaps.front, name="sitemap-home"),
    path("sitemap-<slug:kind>-<int:after>.xml", sitemaps.part, name="sitemap-part"),
    path("feeds/google.xml", feeds.google, name="feed-google"),
    path("hooks/<slug:provider>", pay.hook, name="hook"),
    path("<language:language>/", include(_pages)),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
