"""What one call of the command knows: the reader's language, how to print, and the settings of the run."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from ronghe.cli.printing import console, json_line, printing
from ronghe.cli.progress import Meter
from ronghe.journeys.settings import Settings, _paths, _threads
from ronghe.messages import Language, render

__all__ = []
