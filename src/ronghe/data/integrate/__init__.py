"""Integration of tables: link without a shared key, join with one, fuse into golden rows."""
