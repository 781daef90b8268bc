"""One forest over all technologies at once, read as weights over past workloads.

A leaf holds workloads on which the technologies did alike. How often a past workload shares a leaf with a new one is
its weight, and every answer is a weighted mean under these same weights: so expectation, chance and precedents of one
recommendation can never contradict each other, and no answer needs a model of its own.

Source: Lin and Jeon, "Random Forests and Adaptive Nearest Neighbors", JASA 101 (2006); Meinshausen, "Quantile
Regression Forests", JMLR 7 (2006); Geurts, Ernst and Wehenkel, "Extremely Randomized Trees", Machine Learning 63
(2006).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.ensemble import ExtraTreesRegressor

__all__ = ["Forest", "Growth", "grow"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Growth:
    """How a forest grows: `features` is the part of the features that a split looks at, `leaf` the fewest workloads.

    A split looks at `fewest` at least: with a handful of features a third of them would be a draw of lots.
    """

    trees: int = 100
    features: float = 1 / 3
    leaf: int = 3
    fewest: int = 4

    def looked_at(self, width: int) -> int:
        """Of `width` features, how many a split looks at."""
        return min(width, max(int(width * self.features), self.fewest))


@dataclass(frozen=True, slots=True)
class Forest:
    """A grown forest over N past workloads: `members` (N x leaves) has each workload's part of its leaves.

    `out_of_bag` (N x leaves) marks the leaves that a workload falls into in trees that never saw it.
    """

    model: ExtraTreesRegressor
    first_leaf: NDArray[np.int64]
    members: sparse.csr_matrix
    out_of_bag: sparse.csr_matrix

    def weights(self, features: Floats) -> Floats:
        """The weights of the past workloads for new ones: M x N, each row adds up to 1."""
        leaves = _leaves(self.model, features) + self.first_leaf
        found: Floats = (_indicator(leaves, self.members.shape[1]) @ self.members.T).toarray() / len(self.first_leaf)
        return found

    def weights_out_of_bag(self) -> Floats:
        """The weights for the past workloads themselves by the trees that never saw them: N x N.

        A workload that every tree saw has a row of zeros.
        """
        trees = np.asarray(self.out_of_bag.sum(axis=1)).ravel()
        found: Floats = (self.out_of_bag @ self.members.T).toarray() / np.maximum(trees, 1)[:, None]
        return found


def _leaves(model: ExtraTreesRegressor, features: Floats) -> NDArray[np.int64]:
    """The node of each row in each tree. Tree by tree: the forest's own method starts threads, which costs more."""
    given = np.ascontiguousarray(features, np.float32)
    return np.stack([tree.tree_.apply(given) for tree in model.estimators_], axis=1).astype(np.int64)


def _indicator(columns: NDArray[np.int64], width: int, kept: NDArray[np.bool_] | None = None) -> sparse.csr_matrix:
    """A row for each row of `columns` with 1 at each of its places, those kept."""
    rows = np.repeat(np.arange(len(columns)), columns.shape[1])
    places = columns.ravel()
    if kept is not None:
        rows, places = rows[kept.ravel()], places[kept.ravel()]
    return sparse.csr_matrix((np.ones(len(rows)), (rows, places)), shape=(len(columns), width))


def _counts_in_bag(model: ExtraTreesRegressor, workloads: int) -> NDArray[np.int64]:
    """How often each tree drew each workload: N x trees."""
    drawn = [np.bincount(sample, minlength=workloads) for sample in model.estimators_samples_]
    return np.stack(drawn, axis=1).astype(np.int64)


def grow(features: Floats, targets: Floats, *, seed: int, growth: Growth | None = None) -> Forest:
    """Grow a forest: `features` is N x F, `targets` N x K, the losses on the scale on which leaves shall be alike.

    Both must be finite. The same arguments give the same forest.
    """
    growth = growth or Growth()
    model = ExtraTreesRegressor(
        n_estimators=growth.trees,
        max_features=growth.looked_at(features.shape[1]),
        min_samples_leaf=growth.leaf,
        bootstrap=True,
        random_state=seed,
        n_jobs=1,
    )
    model.fit(features.astype(np.float32), targets if targets.shape[1] > 1 else targets[:, 0])
    nodes = np.array([tree.tree_.node_count for tree in model.estimators_], np.int64)
    first = np.concatenate(([0], np.cumsum(nodes)[:-1]))
    leaves = _leaves(model, features) + first
    counts = _counts_in_bag(model, len(features))
    width = int(nodes.sum())
    drawn = sparse.csr_matrix((counts.ravel(), (np.repeat(np.arange(len(leaves)), len(nodes)), leaves.ravel())))
    drawn.resize((len(leaves), width))
    total = np.asarray(drawn.sum(axis=0)).ravel()
    members = (drawn @ sparse.diags(1 / np.maximum(total, 1))).tocsr()
    return Forest(model, first, members, _indicator(leaves, width, counts == 0))
