"""The technology engine beside per-technology forests and published figures."""
