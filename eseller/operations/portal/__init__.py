"""The public front: the state of the platform in pages, feeds and JSON, and as files that any host can serve."""
