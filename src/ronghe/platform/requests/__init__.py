"""Asking, deciding, granting: one state machine for every kind of thing that is shared."""
