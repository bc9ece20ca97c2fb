"""Shops, their domains and members, and the walls between them: scope, row-level security, composite references."""
