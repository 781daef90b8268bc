"""Select a technology for each workload of an ASlib scenario by its own folds, and write the choices.

    python -m benchmarks.aslib SCENARIO_DIR --selections out.csv

The file has `instance_id, repetition, fold, algorithm, feature_cost_charged`, for scoring with any code.
"""

import argparse
import json
import sys
from pathlib import Path

if not __package__:  # run as a file
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.technology.arff import read_scenario
from benchmarks.technology.selecting import by_folds, one_forest, write_selections


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.aslib", description=__doc__)
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--selections", type=Path, required=True, metavar="FILE")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    scenario = read_scenario(given.scenario)
    made = by_folds(scenario, one_forest, seed=given.seed)
    write_selections(scenario, made, given.selections)
    print(
        json.dumps(
            {
                "scenario": scenario.name,
                "workloads": len(scenario.folds),
                "pooled": made.pooled,
                "mean_of_folds": made.mean_of_folds,
                "cpu_seconds": round(made.cpu, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
