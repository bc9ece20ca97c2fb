"""Addresses of the mailbox page."""

from django.urls import path

from eseller.channels.mailbox import views

handler404 = "eseller.channels.mailbox.views.not_found"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("mail/<str:name>", views.mail, name="mail"),
    path("mail/<str:name>/html", views.mail_html, name="mail-html"),
]
