"""How a table's profile and a proposed schema look."""
