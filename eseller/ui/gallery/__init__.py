"""Every component in all its states, and pages composed of them, as static HTML that needs no server."""
