"""The ASGI application: static files from the package, files of deliveries, everything else through Django's WSGI.

Django under ASGI is many times slower and buffers streams whole; under WSGI in a thread it is itself.
"""

import os
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ronghe.journeys.logs import configure_logs, level_of_server
from ronghe.journeys.settings import load_settings
from ronghe.platform.serve.logged import hear_django
from ronghe.platform.serve.supervisor import end_with_parent

__all__ = ["application"]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronghe.platform.settings")
WORKERS = 10


class _Kept(StaticFiles):
    """Static files that a browser may keep for a day."""

    def file_response(self, *given: object, **named: object):  # type: ignore[no-untyped-def]  # noqa: ANN202
        """The file with its time to live."""
        answer = super().file_response(*given, **named)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = "public, max-age=86400"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


class _Django:
    """Django's WSGI in threads. They wait for a body through a coroutine, which granian's own `receive` is not."""

    def __init__(self, wsgi: Any) -> None:
        self._wsgi = wsgi

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""

        async def received() -> Any:
            return await receive()

        await self._wsgi(scope, received, send)


async def _alive(_request: object) -> PlainTextResponse:
    return PlainTextResponse("ok\n")


def _application() -> Starlette:
    # Django reads its settings when it is imported, so not before they are named.
    from django.core.wsgi import get_wsgi_application

    configure_logs(level_of_server(load_settings(os.environ).log))
    hear_django()
    django = get_wsgi_application()
    from ronghe.platform.stream.files import routes as files_of_deliveries

    static = Path(str(files("ronghe.platform.console") / "static"))
    fetched = Path(str(files("ronghe.report") / "assets"))
    return Starlette(
        routes=[
            Route("/healthz", _alive),
            Mount("/static/assets", _Kept(directory=fetched, check_dir=False)),
            Mount("/static", _Kept(directory=static)),
            *files_of_deliveries(),
            Mount("/", _Django(WSGIMiddleware(cast("Any", django), workers=WORKERS))),
        ]
    )


end_with_parent()
application = _application()
