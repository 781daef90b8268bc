"""Standardize a table: a schema compiles to one pass over its rows."""
