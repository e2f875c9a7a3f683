"""A senior loan secured on a fleet and its contract."""
