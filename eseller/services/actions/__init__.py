"""Changes: one verb a file, the only place that writes."""
