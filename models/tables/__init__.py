"""Tidy frames of an evaluation, units beside the numbers."""
