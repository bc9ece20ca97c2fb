"""Django settings of the operations plane: its own database, nothing of the shops'."""

from pathlib import Path
from typing import Any

from eseller.cluster.address import Role
from eseller.config.environment import operations_environment
from eseller.config.operations_logins import OperationsLogins

ENV = operations_environment()
BASE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.signing_key
DEBUG = ENV.debug
ALLOWED_HOSTS = ["*"]
SITE_URL = ENV.operations_link
PAGE_NAME = ENV.page_name
OPERATIONS_DIR = ENV.operations_dir
WATCH_PLACE = (ENV.private_reached_at, ENV.watch_port)
CONTROL_KEYS = ENV.control_keys

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "eseller.ui",
    "eseller.operations.incidents",
    "eseller.operations.portal",
]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "eseller.operations.portal.middleware.Headers"]
ROOT_URLCONF = "eseller.operations.portal.urls"


def _database(role: Role) -> dict[str, Any]:
    address = OperationsLogins(ENV).role_url(role)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.name,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        "OPTIONS": {"connect_timeout": 2, "tcp_user_timeout": 3000, **dict(address.params)},
        "TEST": {"NAME": None},
    }


DATABASES = {"default": _database("web")}
if ENV.secret and (ENV.ops_database_url or not ENV.ops_database_web_url):
    DATABASES["owner"] = _database("owner")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE / "ui" / "templates", BASE / "operations" / "portal" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "eseller.ui.jinja.environment", "auto_reload": DEBUG},
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("da", "Dansk"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = ENV.operations_dir / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "eseller.config.static.HashedStaticFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": ENV.log_level.upper()},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
