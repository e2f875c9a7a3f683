"""A loan on a special-purpose vehicle: schedule, waterfall, covenants, default and recovery. Arrays in, arrays out."""
