"""Which technology will do a need well enough at least cost, learned from past evaluations, or a plain "none"."""
