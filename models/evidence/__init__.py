"""Facts, sources, presets and programs, checked as they are read."""
