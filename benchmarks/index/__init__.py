"""The sharing index over a million audit entries of a city."""
