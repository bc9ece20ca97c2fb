"""What answers at the storefront's addresses; thin, one module for each kind of page."""
