"""Integration of tables: link without a shared key, join with one, fuse into golden rows.

    kinds -> prepare -> blocking -> scoring -> training -> decisions (assignment, clusters, review)

Each step of linkage is a file here, and `linking.py` walks them in this order; union, join and fusion are in `fuse/`.
"""
