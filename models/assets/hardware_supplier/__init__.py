"""The hardware supplier: what it sells, earns and is worth, and the customers it finances."""
