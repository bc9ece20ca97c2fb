"""Identifiers that outsiders see."""

import hashlib
import secrets


def new_token() -> str:
    """Return an unguessable URL-safe token of 192 bits."""
    return secrets.token_urlsafe(24)


def hash_token(token: str) -> str:
    """Return what is stored of a bearer token: its SHA-256 in hex. The token itself never reaches a table."""
    return hashlib.sha256(token.encode()).hexdigest()
