"""The operators' console: what is wrong now, and every lever of the platform, for people who are signed in."""
