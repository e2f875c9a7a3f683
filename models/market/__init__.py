"""The market every asset is a claim on: demand, capacity, rental price, utilization and overcapacity."""
