"""Static files with their hash in the name, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Falls back to the plain name where ``collectstatic`` has not run (tests, development)."""

    manifest_strict = False
    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        """Return the hashed name if the manifest knows it."""
        return str(self.hashed_files.get(self.hash_key(self.clean_name(name)), name))
