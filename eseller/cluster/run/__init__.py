"""A switchover or a fail-over as a run: steps in order, each with a limit, evidence and a safe way to stop."""
