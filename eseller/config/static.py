"""Static files with their hash in the name, so that browsers may keep them for ever."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedStaticFiles(ManifestStaticFilesStorage):
    """Falls back to the plain name where ``collectstatic`` has not run (tests, development)."""

    manifest_strict = False
    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        """Return the hashed name if the manifest knows it."""
        return str(self.hashed_files.get(self.hash_key(self.clean_name(name)), name))
