"""The sharing index: how much of what the departments hold is really shared, and which department moved it.

`degree` is the one formula behind data, resources and technology; `readiness` is what files alone can say.
"""

from ronghe.sharing_index.amounts import Amount
from ronghe.sharing_index.degree import Contribution, Degree, degree
from ronghe.sharing_index.readiness import (
    FACTORS,
    UNMEASURED,
    Factor,
    FactorName,
    Line,
    Readiness,
    TableFacts,
    Unmeasured,
    readiness,
)

__all__ = [
    "FACTORS",
    "UNMEASURED",
    "Amount",
    "Contribution",
    "Degree",
    "Factor",
    "FactorName",
    "Line",
    "Readiness",
    "TableFacts",
    "Unmeasured",
    "degree",
    "readiness",
]
