"""Policies shared: a library that knows what was in force, and subjects matched against rules."""
