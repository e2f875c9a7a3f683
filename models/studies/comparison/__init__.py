"""Two scenarios side by side, and why they differ."""
