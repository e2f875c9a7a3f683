"""Which assumptions matter, and what would have to be true."""
