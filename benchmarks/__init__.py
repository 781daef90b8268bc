"""Side-by-side runs of Ronghe, its peers and the physical floor; see docs/reference/benchmarks.md."""
