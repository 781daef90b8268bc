"""What a policy says and when it holds: text from files, fields, clauses, and which policy ended or changed which."""

from ronghe.policy.library.clauses import Passage, passages
from ronghe.policy.library.dates import dates_in, first_date
from ronghe.policy.library.extract import KINDS, Extracted, extract
from ronghe.policy.library.fields import Policy, policy_from
from ronghe.policy.library.force import FORCE, Force, Library, Trouble
from ronghe.policy.library.numbers import number_in, numbers_in
from ronghe.policy.library.relations import Relation
from ronghe.policy.library.resembling import Candidate, candidates

__all__ = [
    "FORCE",
    "KINDS",
    "Candidate",
    "Extracted",
    "Force",
    "Library",
    "Passage",
    "Policy",
    "Relation",
    "Trouble",
    "candidates",
    "dates_in",
    "extract",
    "first_date",
    "number_in",
    "numbers_in",
    "passages",
    "policy_from",
]
