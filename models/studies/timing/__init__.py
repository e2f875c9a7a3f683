"""When to enter, and what to find out first."""
