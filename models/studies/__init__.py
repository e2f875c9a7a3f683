"""From numbers to decisions: what drives the answer, what would flip it, what to hold."""
