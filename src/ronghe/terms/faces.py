"""A package whose public functions keep their names, though modules below it are called the same."""

import sys
from types import ModuleType

__all__ = ["keep_functions"]


class _Face(ModuleType):
    """Loading the module `ronghe.data.profile` would put it in the place of the function `profile`."""

    __all__: list[str]

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self.__all__ or not isinstance(value, ModuleType):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        """The public names: what the functions are made of is nobody's business at a prompt."""
        return sorted(self.__all__)


def keep_functions(package: str) -> None:
    """Let the functions in `__all__` of an imported package stay, whatever modules of these names are loaded later."""
    sys.modules[package].__class__ = _Face
