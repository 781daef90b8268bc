"""The sharing index: what each kind measured, kept by day with the hash of its inputs, and computed again at will."""
