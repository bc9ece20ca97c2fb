"""Who may work on Django now, who waits for a place and who is sent away: before a busy platform is a slow one."""
