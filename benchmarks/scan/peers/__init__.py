"""What other tools find in the same texts."""
