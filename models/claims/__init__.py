"""The six asset classes as claims on one market."""
