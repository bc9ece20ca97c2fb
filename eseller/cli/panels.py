"""Whom a command is for; the help shows the commands in these groups."""

NEWCOMER = "To look around"
OPERATOR = "For operators"
MERCHANT = "For merchants and their data"
DEVELOPER = "For developers"
PROCESSES = "Single processes, as production runs them"
