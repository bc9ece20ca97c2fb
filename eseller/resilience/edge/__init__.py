"""Pages for everybody, kept as they are sent: found in memory before Django hears of a request."""
