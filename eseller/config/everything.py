"""The models of both planes at once, for the type checker and nothing else: no process runs with these settings."""

from eseller.config.settings import *  # noqa: F403
from eseller.config.settings import DATA_DIR, INSTALLED_APPS

SITE_URL = PAGE_NAME = ""
OPERATIONS_DIR = DATA_DIR
HOOKS_ANYWHERE: bool = False
WATCH_PLACE, CONTROL_KEYS = ("127.0.0.1", 8190), ""
INSTALLED_APPS = [
    *INSTALLED_APPS, "eseller.operations.incidents", "eseller.operations.portal", "eseller.operations.subscribers",
    "eseller.operations.console",
]  # fmt: skip
