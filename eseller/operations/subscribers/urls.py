"""Addresses of subscriptions."""

from django.urls import path

from eseller.operations.subscribers import views

urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("confirm/<str:token>/", views.confirm, name="subscription-confirm"),
    path("stop/<str:token>/", views.stop, name="subscription-stop"),
]
