"""Exports of one evaluation: pure functions from an evaluation to the bytes of a file."""
