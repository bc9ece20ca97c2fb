"""Views of the back office, one module a subject."""
