"""Linkage as others do it, on the same tables."""
