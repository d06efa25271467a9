"""Draws the SVG of standard input with each renderer of this environment; prints the pixels at `[x, y]` arguments."""

from __future__ import annotations

import io
import json
import sys
from ctypes.util import find_library

import resvg_py
from PIL import Image


def main() -> None:
    picture = sys.stdin.read()
    pages = {"resvg": bytes(resvg_py.svg_to_bytes(svg_string=picture))}
    if find_library("cairo"):
        import cairosvg

        pages["cairosvg"] = cairosvg.svg2png(bytestring=picture.encode())
    places = json.loads(sys.argv[1])
    colours = {}
    for name, page in pages.items():
        image = Image.open(io.BytesIO(page)).convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        whole = Image.alpha_composite(white, image)
        dark = sum(count for count, colour in whole.convert("L").getcolors(1 << 16) if colour < 40)
        colours[name] = {
            "size": image.size,
            "at": ["#{:02x}{:02x}{:02x}".format(*whole.getpixel(tuple(place))) for place in places],
            "dark": dark / (image.width * image.height),
        }
    json.dump(colours, sys.stdout)


if __name__ == "__main__":
    main()
