"""A data center: building, leases, power."""
