"""Shows the mails that were not sent to a server: for demonstrations and development."""
