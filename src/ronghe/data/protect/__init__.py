"""Protect: a plan of obligations made into the only rows that any channel serves, and the risk that is left in them."""
