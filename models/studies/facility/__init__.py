"""One loan from the lender's side: losses, structure, solving for a term."""
