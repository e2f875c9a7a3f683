"""How bad it gets: stresses, the nearest loss, regret."""
