"""Incidents: what has happened, who is told what of it, and what is done so that it does not happen again."""
