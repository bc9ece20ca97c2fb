"""Jobs and the outbox: work that leaves a transaction."""
