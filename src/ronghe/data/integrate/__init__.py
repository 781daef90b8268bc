"""Records of the same person, company or place found without a shared key, with the evidence for every match.

    kinds -> prepare -> blocking -> scoring -> training -> decisions (assignment, clusters, review)

Each step is a file; `linking.py` walks them in this order.
"""
