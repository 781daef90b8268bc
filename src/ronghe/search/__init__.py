"""Full-text search that finds Chinese of any length: one function cuts texts and queries, any store can look.

    words = terms("最低生活保障")        # what is indexed
    asked = parse("低保")               # what is looked for: phrases, synonyms, initials

Two characters are found always: the terms are bigrams made here, so that SQLite and PostgreSQL need no extension and
agree with each other.
"""

from ronghe.search.fts5 import fts5
from ronghe.search.initials import initials
from ronghe.search.query import Phrase, Query, parse
from ronghe.search.synonyms import Synonyms, known_synonyms, read_synonyms
from ronghe.search.terms import document, fold, terms

__all__ = [
    "Phrase",
    "Query",
    "Synonyms",
    "document",
    "fold",
    "fts5",
    "initials",
    "known_synonyms",
    "parse",
    "read_synonyms",
    "terms",
]
