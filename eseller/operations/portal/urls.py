"""Addresses of the public site."""

from django.urls import include, path

from eseller.operations.portal import acts, views

urlpatterns = [
    path("", views.page, name="status"),
    path("console/", include("eseller.operations.console.urls")),
    path("subscribe/", include("eseller.operations.subscribers.urls")),
    path("take/<int:number>/<str:who>/<str:token>/", acts.take, name="take"),
    path("beat/<str:name>/<str:token>", acts.beat, name="beat"),
    path("hooks/alertmanager", acts.alertmanager, name="alertmanager"),
    path("<path:path>", views.page, name="page"),
]
