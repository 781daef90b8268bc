"""Who is eligible, who is not, and of whom which fact is missing: decisions of a table of subjects, counted."""

from ronghe.policy.matching.counting import RuleCount, counts
from ronghe.policy.matching.differing import Change, changes, differences

__all__ = ["Change", "RuleCount", "changes", "counts", "differences"]
