"""Other engines of decisions, each on the same grants and requests."""
