"""The place where departments offer, find, ask, decide, hand over, use and see: Django over the engines.

Each app has the same rooms: `models.py` what is kept, `queries.py` reads, `rules.py` pure decisions, `actions.py`
writes, each a keyword-only function that takes `by=` and writes the audit entry in the same transaction.
"""
