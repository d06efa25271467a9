"""Small PNGs: a screenshot has few colours, so a palette of 256 keeps what is seen in a third of the bytes."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 256


def shrink(path: Path) -> None:
    """Write a PNG of 8 bits a channel again, with a palette of its most frequent colours."""
    width, height, channels, data = _read(path.read_bytes())
    rows = list(_unfiltered(data, width * channels, height, channels))
    pixels = [row[at : at + 3] for row in rows for at in range(0, len(row), channels)]
    frequent = [colour for colour, _ in Counter(pixels).most_common()]
    palette = frequent[:_COLOURS]
    index = {colour: min(range(len(palette)), key=lambda i: _distance(colour, palette[i])) for colour in frequent}
    indices = bytes(index[pixel] for pixel in pixels)
    lines = b"".join(b"\0" + indices[at : at + width] for at in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    path.write_bytes(_SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks))


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _read(png: bytes) -> tuple[int, int, int, bytes]:
    """Return width, height, channels and the filtered rows of a PNG."""
    at, packed, width, height, channels = len(_SIGNATURE), b"", 0, 0, 0
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", content[:10])
            channels = {2: 3, 6: 4}.get(colour, 0)
            if depth != 8 or not channels:
                raise ValueError("the PNG must have 8 bits a channel, and colours")
        if kind == b"IDAT":
            packed += content
        at += length + 12
    return width, height, channels, zlib.decompress(packed)


def _unfiltered(data: bytes, length: int, height: int, step: int) -> Iterator[bytes]:
    """Yield the rows as they were before PNG's filters."""
    above = bytes(length)
    for number in range(height):
        start = number * (length + 1)
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + length])
        for at in range(length):
            left = row[at - step] if at >= step else 0
            corner = above[at - step] if at >= step else 0
            row[at] = (row[at] + _predicted(kind, left, above[at], corner)) & 255
        above = bytes(row)
        yield above


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    """Return what one of the five filters predicts for a byte."""
    if kind < 4:
        return (0, left, up, (left + up) // 2)[kind]
    guess = left + up - corner
    distances = abs(guess - left), abs(guess - up), abs(guess - corner)
    return (left, up, corner)[distances.index(min(distances))]
