"""One registry of what departments can reuse, made from the descriptions that they already keep."""
