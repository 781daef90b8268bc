"""A plain static server: the files of granian itself, which are read and sent outside Python."""

import os

__all__ = ["FOLDER", "application", "serve"]

FOLDER = "BENCH_PLAIN_FOLDER"


async def application(_scope: object, _receive: object, _send: object) -> None:
    """Answers nothing: every file comes from granian."""


def serve(port: int) -> None:
    """Serve the folder below /static until killed."""
    from pathlib import Path

    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "benchmarks.platform.plain:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        runtime_threads=4,
        log_enabled=False,
        static_path_mount=[Path(os.environ[FOLDER])],
        static_path_route=["/static"],
    ).serve()
