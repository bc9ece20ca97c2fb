"""Addresses of the console."""

from django.urls import path

from eseller.operations.console.views import entrance, incidents, levers, now, people, platform

app_name = "console"
urlpatterns = [
    path("", now.now, name="now"),
    path("now/part", now.part, name="now-part"),
    path("sign-in", entrance.sign_in, name="sign-in"),
    path("sign-out", entrance.sign_out, name="sign-out"),
    path("welcome/<str:token>/", entrance.welcome, name="welcome"),
    path("account", entrance.account, name="account"),
    path("alerts/", now.alerts, name="alerts"),
    path("alerts/<int:number>", now.alert, name="alert"),
    path("runbooks/<slug:name>", now.runbook, name="runbook"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/<int:number>", incidents.incident, name="incident"),
    path("reports/<slug:slug>", incidents.report, name="report"),
    path("maintenance", incidents.maintenance, name="maintenance"),
    path("shops", platform.shops, name="shops"),
    path("nodes", platform.nodes, name="nodes"),
    path("database", platform.database, name="database"),
    path("cache", platform.cache, name="cache"),
    path("records", platform.records, name="records"),
    path("services", platform.services, name="services"),
    path("changes", platform.rollouts, name="rollouts"),
    path("charts", platform.charts, name="charts"),
    path("levers/", levers.overview, name="levers"),
    path("levers/<slug:name>", levers.lever, name="lever"),
    path("commands/<int:number>", levers.errand, name="errand"),
    path("commands/<int:number>/part", levers.errand_part, name="errand-part"),
    path("log", levers.log, name="log"),
    path("operators", people.operators, name="operators"),
    path("subscribers", people.subscribers, name="subscribers"),
]
