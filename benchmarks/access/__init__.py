"""Decisions on requests beside Cedar and Casbin, decisions that must not fail open, and the risk of a table."""
