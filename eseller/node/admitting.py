"""The gate before a web process's Django, and what those read who are sent away."""

from __future__ import annotations

from eseller.config.environment import Environment
from eseller.node.gauge import Door, Places
from eseller.node.health import State
from eseller.resilience.admission.gate import Gate
from eseller.resilience.admission.refusal import Refusal

LANGUAGES = ("en", "da", "de")


def door_of(env: Environment, process: State) -> Door:
    """Return who lets requests in, and have the process tell what it does."""
    if not env.admission:
        return Places(env.threads)
    gate = Gate(env.threads, office_host=env.backoffice_host)
    process.parts["admission"] = gate.figures
    return gate


def refusal() -> Refusal:
    """Return the answer to who is sent away. Call it when Django is set up."""
    from django.template.loader import render_to_string
    from django.utils import translation

    from eseller.channels.middleware import HEADERS

    pages = {}
    for language in LANGUAGES:
        with translation.override(language):
            pages[language] = render_to_string("ui/error_503.html").encode()
    return Refusal(pages, HEADERS)
