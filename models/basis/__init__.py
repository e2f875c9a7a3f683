"""Foundations that know nothing of AI or markets: assumptions, timeline, shocks, flows."""
