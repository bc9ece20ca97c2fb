"""Exchange with other systems: imports of foreign product files, exports for machines."""
