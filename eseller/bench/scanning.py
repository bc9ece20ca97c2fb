"""One scan of all guarded tables: ``python -m eseller.bench.scanning SHARE [SECONDS]`` prints rows and seconds."""

import json
import os
import sys
import time


def main() -> None:
    """Set Django up, scan, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    django.setup()
    from eseller.tenancy.guard.scan import Step, scan

    rows = 0

    def count(step: Step) -> None:
        nonlocal rows
        rows += step.rows if step.ended else 0

    began = time.monotonic()
    until = began + float(sys.argv[2]) if len(sys.argv) > 2 else None
    scan(share=float(sys.argv[1]), until=until, told=count)
    sys.stdout.write(json.dumps({"rows": rows, "seconds": time.monotonic() - began}) + "\n")


if __name__ == "__main__":
    main()
