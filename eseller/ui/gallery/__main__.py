"""``python -m eseller.ui.gallery OUT_DIR`` writes the gallery."""

import sys
from pathlib import Path

import django
from django.conf import settings

from eseller.ui.gallery.write import write


def main(arguments: list[str]) -> int:
    """Write the gallery with settings of its own; 2 is wrong use."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m eseller.ui.gallery OUT_DIR\n")
        return 2
    settings.configure(
        USE_I18N=True, USE_TZ=True, LANGUAGE_CODE="en", TIME_ZONE="Europe/Copenhagen", INSTALLED_APPS=["eseller.ui"]
    )
    django.setup()
    target = Path(arguments[0])
    sys.stdout.write(f"{len(write(target))} pages; open {target / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
