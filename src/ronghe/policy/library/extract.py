"""The paragraphs of a document: Word, PDF, HTML, Markdown and plain text; bounded, and without reaching outside."""

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ronghe.policy.library.decoding import decoded
from ronghe.policy.library.numbering import Numbering
from ronghe.policy.library.signs import plain_line, unbroken
from ronghe.terms import InputError, LimitReached, RongheError

__all__ = ["KINDS", "LARGEST", "MOST_PAGES", "Extracted", "extract", "kind_of"]

KINDS = ("docx", "pdf", "html", "md", "txt")
LARGEST = 50_000_000
"""Bytes of a document."""
LARGEST_INSIDE = 100_000_000
"""Bytes of what a Word file unpacks to."""
MOST_PAGES = 2_000
MOST_CHARACTERS = 5_000_000
"""Characters of a document's text."""
DEEPEST = 200
"""Elements within each other in a Word file; tables in tables in text boxes stay far below."""
MOST_TAGS = 3_000_000
"""Tags of a Word file, beginnings and ends; a thousand pages have half of that."""
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of Word before 2007 begin, and those that a password locks."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FEWEST_SIGNS = 10
"""A page with fewer is a picture, at most with its number."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SUFFIXES = {"htm": "html", "markdown": "md", "text": "txt"}
_BLOCKS = frozenset(
    ["p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section", "article", "title"]
)
_SILENT = frozenset(["script", "style", "noscript", "template", "nav", "footer", "head"])


@dataclass(frozen=True, slots=True)
class Extracted:
    """The paragraphs in order; cells of a table's row are joined by ` | `. `title` is what the file calls itself.

    `mixed` counts the lines that were in another encoding than the rest, `blank` the pages of a PDF without text.
    """

    kind: str
    paragraphs: tuple[str, ...]
    title: str = ""
    mixed: int = 0
    blank: int = 0

    @property
    def text(self) -> str:
        """All paragraphs, one a line."""
        return "\n".join(self.paragraphs)


def kind_of(name: str, data: bytes) -> str | None:
    """What a document is by its first bytes and, for texts, by its name; None for a kind that is not read."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    if data.startswith((_COMPOUND, b"{\\rtf")):
        return None
    suffix = name.rpartition(".")[2].lower()
    suffix = _SUFFIXES.get(suffix, suffix)
    if re.match(rb"(?i)(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!doctype html|<html)", data[:300]):
        return "html"
    return suffix if suffix in ("html", "md", "txt") else None


def extract(name: str, data: bytes, encoding: str = "utf-8") -> Extracted:
    """The paragraphs of a document. `encoding` is for texts and HTML; see `decoded` for lines in another one.

    Raises InputError for what cannot be read, is encrypted or holds no text (a scanned page), LimitReached for what is
    too large or too deep.
    """
    if len(data) > LARGEST:
        raise LimitReached("policy.document_large", path=name, limit=f"{LARGEST // 10**6} MB")
    kind = kind_of(name, data)
    if kind is None:
        if data.startswith(_COMPOUND) and _ENCRYPTED in data:
            raise InputError("policy.document_encrypted", path=name)
        raise InputError("policy.document_kind", path=name, known=", ".join(KINDS))
    (title, paragraphs), mixed, blank = _read(name, kind, data, encoding)
    kept: list[str] = []
    size = 0
    for paragraph in paragraphs:
        size += len(paragraph)
        if size > MOST_CHARACTERS:
            raise LimitReached("policy.document_large", path=name, limit=f"{MOST_CHARACTERS:,}")
        kept.append(paragraph)
    if not any(kept):
        raise InputError("policy.document_empty", path=name)
    return Extracted(kind, tuple(kept), title, mixed, blank)


def _lines(text: str) -> Iterator[str]:
    yield from (line for one in text.split("\n") if (line := plain_line(one)))


Read = tuple[str, Iterator[str]]


def _read(name: str, kind: str, data: bytes, encoding: str) -> tuple[Read, int, int]:
    """What was read, how many lines were in another encoding, and how many pages had no text."""
    if kind == "pdf":
        paragraphs, blank = _pdf(name, data)
        return ("", paragraphs), 0, blank
    if kind == "docx":
        return _docx(name, data), 0, 0
    declared = re.search(rb"charset=[\"']?([A-Za-z0-9_-]+)", data[:2000]) if kind == "html" else None
    if declared and declared[1].lower() in (b"gb2312", b"gbk", b"gb18030"):
        encoding = "gb18030"
    text, mixed = decoded(name, data, encoding)
    return _TEXTS[kind](text), mixed, 0


def _txt(text: str) -> Read:
    return "", _lines(text)


def _md(text: str) -> Read:
    heading = re.search(r"^#\s+(.+)$", text, re.MULTILINE)
    plain = re.sub(r"^#{1,6}\s+|^>\s?|\*\*|__|^[-*+]\s+(?=\S)", "", text, flags=re.MULTILINE)
    rows = re.sub(r"^\|[-:| ]+\|$\n?", "", plain, flags=re.MULTILINE)
    return plain_line(heading[1]) if heading else "", _lines(re.sub(r"^\||\|$", "", rows, flags=re.MULTILINE))


class _Html(HTMLParser):
    """Collects texts by block; what is not shown is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title = ""
        self._silent = 0
        self._in: str | None = None

    def handle_starttag(self, tag: str, _: Any) -> None:
        """Begin a block."""
        self._silent += tag in _SILENT and tag != "head"
        self._in = tag if tag in ("title", "h1") else self._in
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th") and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        self._silent = max(0, self._silent - (tag in _SILENT and tag != "head"))
        self._in = None if tag == self._in else self._in
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep a text that is shown."""
        if self._silent:
            return
        if self._in == "h1" or (self._in == "title" and not self.title):
            self.title = plain_line(data) or self.title
        if self._in != "title":
            self.parts.append(unbroken(data))


def _finished(text: str) -> str:
    """The page without comments and declarations, and with nothing begun at its end.

    Python's parser looks for the end of each thing begun again and again: a page of these would keep it for hours.
    """
    parts: list[str] = []
    at, open_ = 0, False
    while (start := text.find("<!", at)) >= 0:
        parts.append(text[at:start])
        comment = text.startswith("<!--", start)
        end = -1 if comment and open_ else text.find("-->" if comment else ">", start + 2)
        # A comment that never ends hides nothing: better read too much than lose a page.
        open_ = open_ or (comment and end < 0)
        at = start + (4 if comment else 2) if end < 0 else end + (3 if comment else 1)
    parts.append(text[at:])
    whole = "".join(parts)
    last = whole.rfind(">") + 1
    return whole[:last] + whole[last:].replace("<", " ")


def _html(text: str) -> Read:
    parser = _Html()
    parser.feed(_finished(text))
    parser.close()
    return parser.title, _lines("".join(parser.parts))


def _docx(name: str, data: bytes) -> Read:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = _part(name, archive, "word/document.xml")
            kept = set(archive.namelist())
            beside = [
                _part(name, archive, part) if part in kept else None
                for part in ("word/numbering.xml", "word/styles.xml")
            ]
    except DefusedXmlException as fault:
        raise InputError("policy.document_entities", path=name) from fault
    except KeyError as fault:  # an archive of another kind
        raise InputError("policy.document_kind", path=name, known=", ".join(KINDS)) from fault
    except (zipfile.BadZipFile, ParseError, OSError, EOFError, ValueError, NotImplementedError) as fault:
        raise InputError("policy.document_unreadable", path=name, detail=type(fault).__name__) from fault
    except RuntimeError as fault:  # zipfile's word for a missing password
        raise InputError("policy.document_encrypted", path=name) from fault
    if _deeper(root, DEEPEST):
        raise LimitReached("policy.document_deep", path=name, limit=DEEPEST)
    body = root.find(f"{_WORD}body")
    return "", _word_blocks(body if body is not None else root, Numbering.of(*beside))


def _part(name: str, archive: zipfile.ZipFile, part: str) -> Element:
    """One part of a Word file; KeyError where it is not there, LimitReached for one too large."""
    member = archive.getinfo(part)
    if member.flag_bits & 1:
        raise InputError("policy.document_encrypted", path=name)
    content = b""
    if member.file_size <= LARGEST_INSIDE:
        with archive.open(member) as file:
            content = file.read(LARGEST_INSIDE + 1)
    if max(len(content), member.file_size) > LARGEST_INSIDE or content.count(b"<") > MOST_TAGS:
        raise LimitReached("policy.document_large", path=name, limit=f"{LARGEST_INSIDE // 10**6} MB")
    return fromstring(content, forbid_dtd=True)


def _deeper(root: Element, limit: int) -> bool:
    """True if elements stand within each other more often than that; readers go down by calling themselves."""
    level = [root]
    for _ in range(limit):
        level = [child for node in level for child in node]
    return bool(level)


def _word_blocks(node: Element, numbering: Numbering) -> Iterator[str]:
    for child in node:
        if child.tag == f"{_WORD}p":
            # An empty paragraph has a number too, and counts.
            label, text = numbering.label(child), _word_text(child)
            yield from _lines(f"{label} {text}".lstrip() if text.strip() else "")
        elif child.tag == f"{_WORD}tbl":
            for row in child.iter(f"{_WORD}tr"):
                cells = [" ".join(_lines(_word_text(cell))) for cell in row.iter(f"{_WORD}tc")]
                yield " | ".join(cells)
        elif child.tag in (f"{_WORD}sdt", f"{_WORD}sdtContent"):
            yield from _word_blocks(child, numbering)


def _word_text(node: Element) -> str:
    """The text of a paragraph as it stands; what a tracked change deleted is gone."""
    return "".join(_word_parts(node)).strip("\n")


_SIGNS = {f"{_WORD}tab": " ", f"{_WORD}br": "\n", f"{_WORD}p": "\n"}
# The first stands beside the same text once more, for older programs; from the second a tracked change moved it away.
_TWICE = (f"{_COMPATIBILITY}Fallback", f"{_WORD}moveFrom")


def _word_parts(node: Element) -> Iterator[str]:
    if node.tag in _TWICE:
        return
    yield node.text or "" if node.tag == f"{_WORD}t" else _SIGNS.get(node.tag, "")
    for child in node:
        yield from _word_parts(child)


def _pdf(name: str, data: bytes) -> tuple[Iterator[str], int]:
    # Loads a quarter of a second's worth of modules, which texts never need.
    from pypdf import PdfReader

    # It warns of every flaw that it mends; whoever imports is told only of files that cannot be read.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        # Many files are encrypted with an empty password only to forbid printing.
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError("policy.document_encrypted", path=name)
        if len(reader.pages) > MOST_PAGES:
            raise LimitReached("policy.document_pages", path=name, limit=MOST_PAGES)
        pages = [page.extract_text() for page in reader.pages]
    except (RongheError, MemoryError):
        raise
    except (NotImplementedError, ImportError) as fault:
        raise InputError("policy.document_encrypted", path=name) from fault
    except Exception as fault:  # over a broken file it raises errors of every kind, not only its own
        raise InputError("policy.document_unreadable", path=name, detail=type(fault).__name__) from fault
    signs = [len(re.sub(r"\s", "", page)) for page in pages]
    if sum(signs) < _FEWEST_SIGNS * min(len(pages), 3):
        raise InputError("policy.document_scanned", path=name)
    return _unwrapped(_lines("\n".join(pages))), sum(count < _FEWEST_SIGNS for count in signs)


_BEGINS = re.compile(
    r"第[一二三四五六七八九十百零〇0-9]+[章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十0-9]+[)）]|附件|附录"
)


def _unwrapped(lines: Iterator[str]) -> Iterator[str]:
    """Lines of a page as paragraphs: a full line that does not end a sentence goes on in the next one."""
    held = ""
    listed = list(lines)
    widest = max(map(len, listed), default=0)
    for line in listed:
        if re.fullmatch(r"[-—–\s]*[0-9]{1,4}[-—–\s]*", line):
            continue
        if held and (_BEGINS.match(line) or not _goes_on(held, widest)):
            yield held
            held = line
        else:
            held += line
    if held:
        yield held


def _goes_on(held: str, widest: int) -> bool:
    last = held[-widest:]
    return len(last) >= max(20, 0.85 * widest) and held[-1] not in "。；：！？;:"


_TEXTS: dict[str, Callable[[str], Read]] = {"html": _html, "md": _md, "txt": _txt}
