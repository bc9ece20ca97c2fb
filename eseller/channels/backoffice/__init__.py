"""Where a merchant runs their shops."""
