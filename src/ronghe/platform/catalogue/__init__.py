"""What departments offer: assets, their versions, their sources, and what is asked for but not there."""
