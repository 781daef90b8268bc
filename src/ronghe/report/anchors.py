"""Names inside a page: each once, safe in a link, the same on every run."""

import re

from ronghe.terms import InternalFault

__all__ = ["Anchors", "local_link"]

_ANCHOR = re.compile(r"[a-z][a-z0-9-]*")
_LOCAL = re.compile(r"#[a-z][a-z0-9-]*|(?![/\\.])[\w\-./ ]+(#[\w-]+)?")


class Anchors:
    """Hands out the ids of one page; `taken` are those that its frame uses."""

    def __init__(self, *taken: str) -> None:
        self._taken = set(taken)
        self._made = 0

    def new(self, kind: str) -> str:
        """`kind-1`, `kind-2` and so on, one count for the page."""
        self._made += 1
        return self.claim(f"{kind}-{self._made}")

    def claim(self, anchor: str) -> str:
        """This very anchor; raises InternalFault when it is taken or could not stand in a link."""
        if anchor in self._taken or not _ANCHOR.fullmatch(anchor):
            raise InternalFault("report.bad_anchor", anchor=anchor)
        self._taken.add(anchor)
        return anchor


def local_link(link: str) -> str:
    """The link itself: `#anchor`, or a path below the page's own folder.

    Raises InternalFault for anything else, since a page must not call out nor run `javascript:`.
    """
    if not _LOCAL.fullmatch(link) or ".." in link.split("/"):
        raise InternalFault("report.link_not_local", link=link)
    return link
