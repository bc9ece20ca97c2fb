"""Signed calls by which the operations plane steers a process; both ends, without Django."""
