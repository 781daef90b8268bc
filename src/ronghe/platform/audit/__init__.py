"""What happened: written in the same transaction as the thing itself, sealed into the append-only log."""
