"""What to hold: mixes of the six classes."""
