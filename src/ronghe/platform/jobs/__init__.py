"""Work that outlives a request: asked for in a transaction, done by a worker, taken up again where it was killed."""
