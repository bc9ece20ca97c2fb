"""The one mechanism for risky changes: checked, tried by one process, compared, taken by all, or back by itself."""
