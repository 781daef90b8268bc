"""What OpenFisca's country template gives: run by an interpreter that has it, households in, amounts out, as JSON."""

import json
import sys
from typing import Any

PERSON, HOUSEHOLD = ("basic_income",), ("housing_allowance", "parenting_allowance")


def work(months: list[str], households: list[dict[str, Any]]) -> dict[str, dict[str, list[float]]]:
    """The amounts of each month: by variable, one for each person or household."""
    from openfisca_core.simulation_builder import SimulationBuilder  # type: ignore[import-not-found]
    from openfisca_country_template import CountryTaxBenefitSystem  # type: ignore[import-not-found]

    system = CountryTaxBenefitSystem()
    found = {}
    for month in months:
        people, groups = {}, {}
        for at, household in enumerate(households):
            roles: dict[str, list[str]] = {"adults": [], "children": []}
            for n, one in enumerate(household["members"]):
                name = f"p{at:05}_{n}"
                people[name] = {"birth": {"ETERNITY": one["birth"]}, "salary": {month: one["salary"]}}
                roles["adults" if one["role"] == "adult" else "children"].append(name)
            groups[f"h{at:05}"] = {**roles, "rent": {month: household["rent"]}}
        simulation = SimulationBuilder().build_from_entities(system, {"persons": people, "households": groups})
        found[month] = {
            name: [float(value) for value in simulation.calculate(name, month)] for name in (*PERSON, *HOUSEHOLD)
        }
    return found


if __name__ == "__main__":
    given = json.load(sys.stdin)
    json.dump(work(given["months"], given["households"]), sys.stdout)
