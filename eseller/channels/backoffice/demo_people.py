"""The people of a demonstration. Their password is no secret: it stands on the sign-in page of a demo."""

OWNER = "owner@demo.example"
CLERK = "clerk@demo.example"
PASSWORD = "look around freely"  # noqa: S105  (known to everybody, by intent)
