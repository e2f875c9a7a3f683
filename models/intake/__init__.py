"""Uploaded tables: read once, refused by row and column."""
