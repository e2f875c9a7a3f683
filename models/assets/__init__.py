"""Six asset classes, each a claim on the same market paths."""
