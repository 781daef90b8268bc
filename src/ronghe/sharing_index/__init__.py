"""The sharing index: how much of what the departments hold is really shared, and which department moved it.

`degree` is the one formula behind data, resources and technology; `data_share` measures the S_i of data from records;
`readiness` is what files alone can say.
"""

from ronghe.sharing_index.amounts import Amount
from ronghe.sharing_index.answers import Answer, Outcome, Rate
from ronghe.sharing_index.data_share import Dataset, DataShare, DepartmentShare, Part, data_share
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
    "Answer",
    "Contribution",
    "DataShare",
    "Dataset",
    "Degree",
    "DepartmentShare",
    "Factor",
    "FactorName",
    "Line",
    "Outcome",
    "Part",
    "Rate",
    "Readiness",
    "TableFacts",
    "Unmeasured",
    "data_share",
    "degree",
    "readiness",
]
