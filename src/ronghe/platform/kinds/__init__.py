"""The kinds of what is shared: each adds how an offer is prepared, what a delivery is, and how use is measured."""
