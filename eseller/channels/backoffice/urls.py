"""Addresses of the back office. Every view says what it demands (``guard``); a test walks this list."""

from django.urls import path

from eseller.channels.backoffice.pictures import media
from eseller.channels.backoffice.views import (
    account,
    dashboard,
    domains,
    history,
    order_actions,
    orders,
    payments,
    product,
    products,
    settings,
    shipping,
    shops,
    staff,
    theme,
)

handler404 = "eseller.channels.backoffice.problems.not_found"
handler500 = "eseller.channels.backoffice.problems.failed"

urlpatterns = [
    path("", shops.shops, name="shops"),
    path("sign-in", account.sign_in, name="sign-in"),
    path("sign-out", account.sign_out, name="sign-out"),
    path("password/forgot", account.forgot, name="forgot"),
    path("password/set/<str:token>", account.reset, name="reset"),
    path("invitation/<str:token>", account.invitation, name="invitation"),
    path("language", account.language, name="language"),
    path("<slug:shop>/", dashboard.dashboard, name="dashboard"),
    path("<slug:shop>/media/<str:name>", media, name="media"),
    path("<slug:shop>/orders", orders.orders, name="orders"),
    path("<slug:shop>/orders/<str:number>", orders.order, name="order"),
    path("<slug:shop>/orders/<str:number>/capture", order_actions.order_capture, name="order-capture"),
    path("<slug:shop>/orders/<str:number>/paid", order_actions.order_paid, name="order-paid"),
    path("<slug:shop>/orders/<str:number>/ship", order_actions.order_ship, name="order-ship"),
    path("<slug:shop>/orders/<str:number>/cancel", order_actions.order_cancel, name="order-cancel"),
    path("<slug:shop>/orders/<str:number>/refund", order_actions.order_refund, name="order-refund"),
    path("<slug:shop>/orders/<str:number>/invoice", order_actions.order_invoice, name="order-invoice"),
    path("<slug:shop>/orders/<str:number>/papers/<int:paper_id>.pdf", orders.paper, name="paper"),
    path("<slug:shop>/products", products.products, name="products"),
    path("<slug:shop>/products/new", product.product_new, name="product-new"),
    path("<slug:shop>/products/<int:product_id>", product.product, name="product"),
    path("<slug:shop>/products/<int:product_id>/history", history.product_history, name="product-history"),
    path("<slug:shop>/settings", settings.settings, name="settings"),
    path("<slug:shop>/settings/look", theme.theme_frame, name="theme-frame"),
    path("<slug:shop>/settings/look/sample", theme.theme_sample, name="theme-sample"),
    path("<slug:shop>/settings/look/theme.css", theme.theme_stylesheet, name="theme-css"),
    path("<slug:shop>/shipping", shipping.shipping, name="shipping"),
    path("<slug:shop>/shipping/new", shipping.shipping_new, name="shipping-new"),
    path("<slug:shop>/shipping/<slug:code>", shipping.shipping_method, name="shipping-method"),
    path("<slug:shop>/shipping/<slug:code>/remove", shipping.shipping_remove, name="shipping-remove"),
    path("<slug:shop>/payments", payments.payments, name="payments"),
    path("<slug:shop>/payments/<slug:code>", payments.payment_method, name="payment-method"),
    path("<slug:shop>/domains", domains.domains, name="domains"),
    path("<slug:shop>/domains/<int:domain_id>/primary", domains.domain_primary, name="domain-primary"),
    path("<slug:shop>/domains/<int:domain_id>/remove", domains.domain_remove, name="domain-remove"),
    path("<slug:shop>/staff", staff.staff, name="staff"),
    path("<slug:shop>/staff/<int:user_id>", staff.member, name="member"),
    path("<slug:shop>/staff/<int:user_id>/remove", staff.member_remove, name="member-remove"),
    path("<slug:shop>/staff/<int:user_id>/invite", staff.member_invite_again, name="member-invite-again"),
    path("<slug:shop>/history", history.history, name="history"),
]
