"""Shows the mails of a demonstration."""
