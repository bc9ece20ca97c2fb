"""What every part shares: money, clock, ids, errors, request context. Holds no tables, imports no sibling."""
