"""Settings, addresses and entry points of the two sites."""
