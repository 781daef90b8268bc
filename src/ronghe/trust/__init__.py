"""Trust: who may have what, under which keys, and the proof of what happened."""
