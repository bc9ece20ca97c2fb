"""What may be done to shops, their addresses and their members; one verb a file."""
