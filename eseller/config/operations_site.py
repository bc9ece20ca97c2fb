"""Django settings of the operations plane: its own database, nothing of the shops'."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

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
    "eseller.operations.subscribers",
    "eseller.operations.console",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "eseller.operations.portal.middleware.Headers",
    "django.middleware.csrf.CsrfViewMiddleware",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
CSRF_COOKIE_NAME = "console_form"
CSRF_COOKIE_PATH = "/"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SITE_URL.startswith("https:")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "eseller.operations.portal.acts.stale"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.production else None
MAIL_FROM = ENV.mail_from
HOOKS_ANYWHERE = not ENV.production
_MAIL = urlsplit(ENV.mail_url)
if ENV.mail_url:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "", _MAIL.port or {"smtps": 465, "smtp+tls": 587}.get(_MAIL.scheme, 25)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.scheme == "smtps", _MAIL.scheme == "smtp+tls"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = ENV.operations_dir / "letters"
EMAIL_TIMEOUT = 15
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
        "DIRS": [
            BASE / "ui" / "templates",
            *(BASE / "operations" / part / "templates" for part in ("portal", "subscribers", "console")),
        ],
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
