"""Reference data that all shops load, as immutable versioned snapshots: compiled, tried, taken, kept on disk."""
