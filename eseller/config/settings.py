"""Django settings of the commerce plane, built on the typed environment."""

from pathlib import Path
from typing import Any

from eseller.cluster.address import Role
from eseller.config.environment import environment
from eseller.tenancy.connection import TellingConnection, share

ENV = environment()
BASE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.signing_key
DEBUG = ENV.debug
DEMO = ENV.demo
DATA_DIR = ENV.data_dir
BACKOFFICE_HOST = ENV.backoffice_host
MAILBOX_HOST = ENV.mailbox_host
MAIL_URL = ENV.mail_url
MAIL_FROM = ENV.mail_from
LINK_SCHEME = ENV.scheme
LINK_PORT = ENV.link_port
# Any host may arrive; the host middleware answers only those that it knows.
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "eseller.ui",
    "eseller.tenancy",
    "eseller.media",
    "eseller.services",
    "eseller.commerce.catalog",
    "eseller.commerce.pricing",
    "eseller.commerce.inventory",
    "eseller.commerce.customers",
    "eseller.commerce.cart",
    "eseller.commerce.orders",
    "eseller.commerce.payments",
    "eseller.commerce.shipping",
    "eseller.commerce.content",
    "eseller.channels.storefront",
    "eseller.channels.backoffice",
    "eseller.channels.mailbox",
]
MIDDLEWARE = [
    "eseller.channels.middleware.HostMiddleware",
    "eseller.channels.middleware.SameOriginMiddleware",
    "eseller.channels.middleware.OfficeSessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "eseller.channels.middleware.OfficeAuthMiddleware",
]
ROOT_URLCONF = "eseller.config.urls"
WSGI_APPLICATION = "eseller.config.wsgi.application"


share(ENV.data_dir / "timeline")
# A pool that can't connect pauses ever longer between its attempts, and no request could make it try: so it gives up
# at once, and the next request makes it try again.
POOL = {"max_idle": 300, "reconnect_timeout": 0.2, "connection_class": TellingConnection}


def _database(role: Role, pool_size: int) -> dict[str, Any]:
    address = ENV.role_url(role)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.name,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            # No call without a deadline: for connecting, for a dead peer, for a free connection of the pool.
            "connect_timeout": 2,
            "tcp_user_timeout": 3000,
            **({"pool": {"min_size": 0, "max_size": pool_size, "timeout": 0.5, **POOL}} if pool_size else {}),
            "prepare_threshold": 5,
            **dict(address.params),
        },
        "TEST": {"NAME": None},
    }


# A process has the logins that it was given: web processes that of one shop at a time, workers the platform's as well.
_ROLES: list[tuple[str, Role, int]] = [
    ("default", "web", ENV.threads + 2),
    ("platform", "platform", ENV.worker_jobs + 4),
    ("owner", "owner", 0),
]
DATABASES = {alias: _database(role, pool_size) for alias, role, pool_size in _ROLES if ENV.knows(role)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "tenancy.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [
            BASE / "ui" / "templates",
            BASE / "channels" / "storefront" / "templates",
            BASE / "channels" / "backoffice" / "templates",
            BASE / "channels" / "mailbox" / "templates",
            BASE / "services" / "templates",
        ],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "eseller.ui.jinja.environment", "auto_reload": DEBUG},
    }
]

# Django's own Jinja templates of the widgets: the same marks, in half the time.
FORM_RENDERER = "django.forms.renderers.Jinja2"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("da", "Dansk"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = ENV.data_dir / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "eseller.config.static.HashedStaticFiles"},
}
MEDIA_ROOT = ENV.media_dir

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

SECURE = ENV.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
# The prefix binds a cookie to its very host; browsers take it over HTTPS only.
SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
CSRF_FAILURE_VIEW = "eseller.channels.middleware.form_refused"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.production else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

EMAIL_TIMEOUT = 10
MAIL_DEADLINE = 60  # for all of a mail; less than its claim lasts
PROCRASTINATE_DATABASE_ALIAS = "platform"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": ENV.log_level.upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Each attempt would be told of while the database is away; that it is, and is back, is told once elsewhere.
        "psycopg.pool": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
    },
}
