"""Backups by Barman, and the proof that each of them can be restored."""
