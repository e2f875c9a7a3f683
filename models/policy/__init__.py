"""Sovereign programs: what is announced, what is paid, what it builds and who receives it."""
