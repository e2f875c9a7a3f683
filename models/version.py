"""Versions: of the results, and of the way scenarios are written down."""

MODEL_VERSION = "0.2.0"
"""Rises when any result moves; CHANGELOG.md says which numbers and why."""

SCHEMA_VERSION = 1
"""Version of scenario links and scenario files; rises when an old one could no longer be read as it was meant."""
