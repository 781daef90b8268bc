"""Union, join and fusion of departments' tables by a plan."""
