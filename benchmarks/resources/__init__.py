"""Allocation beside a heap loop and linear programs, alarms by NAB's formula, forecasts beside naive ones."""
