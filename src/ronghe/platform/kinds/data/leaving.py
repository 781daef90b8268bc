"""The one door by which rows of a source leave: released under a compiled plan, whatever the channel (threat 33)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ronghe.journeys.protected_rows import Asked, ProtectedRows, protected_rows
from ronghe.platform.kinds.data import store
from ronghe.platform.kinds.data.reading import Reader
from ronghe.platform.kinds.data.sealing import make_keys, token_key_file
from ronghe.tables.engine import Resources

__all__ = ["leaving_rows"]


@contextmanager
def leaving_rows(
    reader: Reader, asked: Asked, at: datetime, work: UUID, *, measured: bool = False
) -> Iterator[ProtectedRows]:
    """The rows that may leave, while the folder of this work lasts, `measured` with the risk in them; Refused and
    InputError as the plan and the source say. A database is asked only for the columns that leave or choose rows."""
    make_keys(at)
    shares = asked.plan().shares
    needed = dict.fromkeys(
        name for share in shares for name in (*dict(share.fields), *(one.subject for one in share.rows))
    )
    with (
        store.working(work) as scratch,
        protected_rows(
            reader.address,
            asked,
            scratch=scratch,
            beside=scratch,
            key_file=token_key_file(),
            resources=Resources(),
            options=replace(reader.options, columns=tuple(needed)),
            progress=reader.tell,
            measured=measured,
        ) as rows,
    ):
        yield rows
