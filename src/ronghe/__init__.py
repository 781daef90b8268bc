"""Ronghe (融合): share data, resources, technologies and policies between the departments of a city."""

__all__ = ["__version__"]

__version__ = "0.1.0"
