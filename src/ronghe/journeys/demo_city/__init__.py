"""A made-up city: the files of twelve departments, dirty as real ones are, with the truth beside them.

    files = make_demo_city(Path("city"), today=date(2026, 3, 1))

Nobody in it exists. The same people and companies appear under different keys and columns, and every value that was
dirtied on purpose is listed in `truth/planted.parquet`, so that standardizing and linking can be scored.
"""

from ronghe.journeys.demo_city.making import CityFile, CityFiles, make_demo_city

__all__ = ["CityFile", "CityFiles", "make_demo_city"]
