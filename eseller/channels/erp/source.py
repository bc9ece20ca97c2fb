"""From an open file to text: size, encoding, refusal of what is no text. Never holds more than a chunk."""

import codecs
import io
import os
from typing import BinaryIO

import msgspec

from eseller.channels.erp import errors
from eseller.channels.erp.report import Note

MAX_BYTES = 50 * 1024 * 1024
"""Largest file read, in bytes. Shopify itself takes 15 MB."""

_CHUNK = 64 * 1024

_BOMS = {  # longer marks first: that of UTF-32 begins like that of UTF-16
    codecs.BOM_UTF32_LE: "",
    codecs.BOM_UTF32_BE: "",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NOT_CSV = {
    b"PK\x03\x04": "an Excel workbook or ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
_NOT_TEXT = "The file contains zero bytes, so it is no text. Save it as “CSV UTF-8” and try again."


class Encoding(msgspec.Struct, frozen=True):
    """How the bytes of a file are to be read."""

    name: str
    notes: tuple[Note, ...] = ()


def check_size(file: BinaryIO, max_bytes: int = MAX_BYTES) -> None:
    """Refuse a file by its size, without reading it.

    Raises:
        FileTooLarge: when there are more than ``max_bytes``.
        FileRefused: when it is a pipe or the like, which cannot be read twice.
    """
    if not file.seekable():
        raise errors.FileRefused("This is no regular file. Save it to disk and import it from there.")
    size = file.seek(0, os.SEEK_END)
    if size > max_bytes:
        has, may = f"{size / 1024**2:.0f} MB", f"{max_bytes // 1024**2} MB"
        raise errors.FileTooLarge(f"The file has {has}; {may} are taken. Export fewer products.", size=size)


def detect_encoding(file: BinaryIO) -> Encoding:
    """Read the file once and tell how to decode it.

    UTF-8 and UTF-16 with a byte order mark are believed. Otherwise it is UTF-8, unless more bytes contradict
    that than confirm it: then it is Windows-1252 (or Latin-1, which knows every byte), and a note says so.

    Raises:
        NotText: for UTF-32, for files with zero bytes, and for well-known binary formats.
        FileEmpty: when there is nothing in it.
    """
    file.seek(0)
    head = file.read(4)
    if not head:
        raise errors.FileEmpty
    for magic, kind in _NOT_CSV.items():
        if head.startswith(magic):
            raise errors.NotText(f"This is {kind}, not a CSV file. Save it as “CSV UTF-8” and try again.")
    marked = next((name for bom, name in _BOMS.items() if head.startswith(bom)), None)
    if marked == "":
        raise errors.NotText("The file is encoded as UTF-32. Save it as “CSV UTF-8” and try again.")
    name = marked or "utf-8"
    confirmed, broken = _try(file, name)
    if name == "utf-16":
        return Encoding(name, (Note("encoding", "The file is encoded as UTF-16."),))
    if broken <= confirmed or marked:
        return Encoding(name)
    name = "cp1252" if _decodes(file, "cp1252") else "latin-1"
    label = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}[name]
    text = f"The file is not UTF-8; it was read as {label}. Check letters such as æ, é and ü."
    return Encoding(name, (Note("encoding", text),))


def _try(file: BinaryIO, name: str) -> tuple[int, int]:
    """Decode the whole file tolerantly; return how many non-ASCII letters were good and how many broken."""
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    file.seek(0)
    good = broken = 0
    while True:
        chunk = file.read(_CHUNK)
        text = decoder.decode(chunk, final=not chunk)
        if "\0" in text:
            raise errors.NotText(_NOT_TEXT)
        if not text.isascii():
            replaced = text.count("\ufffd")
            broken += replaced
            good += len(text) - len(text.encode("ascii", "ignore")) - replaced
        if not chunk:
            return good, broken


def _decodes(file: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def open_text(file: BinaryIO, encoding: Encoding) -> io.TextIOWrapper:
    """Return the file as text from its beginning, line ends untouched as the csv module wants them.

    Bytes that do not fit the encoding become U+FFFD, which the cell that holds it is judged by. Detach the
    wrapper (``text.detach()``) to keep the file open.
    """
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding.name, errors="replace", newline="")
