"""A GPU fleet: chip, stages of life, guarantee, resale."""
