"""The one engine: a world yields positions, a position yields estimates."""
