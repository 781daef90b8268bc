"""Linkage beside Splink's defaults on public data sets, and its speed on generated people."""
