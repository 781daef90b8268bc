"""The departments of the city and how they stand to each other."""
