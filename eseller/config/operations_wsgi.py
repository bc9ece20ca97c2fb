"""Entry point of the operations plane's web process."""

import os

from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.operations_site")
_django = get_wsgi_application()

from django.conf import settings  # noqa: E402 - once it is set up

application = WhiteNoise(
    _django,
    root=settings.STATIC_ROOT,
    prefix="static/",
    max_age=3600,
    immutable_file_test=r"\.[0-9a-f]{12}\.\w+$",
)
