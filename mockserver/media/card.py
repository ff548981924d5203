"""Draws the test card: a film leader's dial, the caption, and a strip of colours that the seed chooses."""

import colorsys
import hashlib
import math
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import cast

from PIL import Image, ImageDraw, ImageFont, ImageOps

from mockserver.media.clip import Clip
from mockserver.media.lettering import legible

LOOP = 2  # seconds until the dial's hand is back where it began
LONGEST_LINE = 600  # characters of a caption's line that are looked at
GLOW = 34  # how much lighter the swept part of the dial is, of 255

Box = tuple[int, int, int, int]
Colour = tuple[int, int, int]
Font = ImageFont.FreeTypeFont


@dataclass(frozen=True)
class Palette:
    """Colours around one hue, dark enough for light letters; the same for the same seed."""

    seed: int

    @cached_property
    def hue(self) -> float:
        """A hue from 0 to 1."""
        return hashlib.sha256(str(self.seed).encode()).digest()[0] / 256

    def tone(self, lightness: float, saturation: float, turn: float = 0) -> Colour:
        """Return a colour of the hue, or of one that is `turn` circles away from it."""
        red, green, blue = colorsys.hls_to_rgb((self.hue + turn) % 1, lightness, saturation)
        return round(red * 255), round(green * 255), round(blue * 255)


@dataclass(frozen=True)
class Card:
    """One clip's picture: `still` draws what rests, `hand` what moves."""

    clip: Clip

    @cached_property
    def unit(self) -> float:
        """A hundredth of the short side, in pixels: all measures are in units."""
        return min(self.clip.width, self.clip.height) / 100

    @property
    def wide(self) -> bool:
        """Whether the dial stands beside the caption, and not above it."""
        return self.clip.width > 1.2 * self.clip.height

    @property
    def dial(self) -> Box:
        """The square around the dial."""
        width, height = self.clip.width / self.unit, self.clip.height / self.unit
        radius = min(width / 5.6, 31) if self.wide else min(height / 6, 36)
        across, down = (width - radius - 12, height / 2 - 3) if self.wide else (width / 2, height / 10 + radius)
        left, top, side = (round(units * self.unit) for units in (across - radius, down - radius, 2 * radius))
        return left, top, left + side, top + side

    @property
    def column(self) -> Box:
        """Where the caption may be."""
        left, top, _, bottom = self.dial
        edge, lowest = round(10 * self.unit), self.clip.height - round(17 * self.unit)
        if self.wide:
            return edge, top, left - edge, lowest
        return edge, bottom + round(6 * self.unit), self.clip.width - edge, lowest

    def still(self) -> Image.Image:
        """Draw all that does not move (mode RGB, the clip's size)."""
        colours = Palette(self.clip.seed)
        picture = self._backdrop(colours)
        draw = ImageDraw.Draw(picture)
        self._strip(draw, colours)
        self._corners(draw, colours)
        self._face(picture, colours)
        self._caption(draw, colours)
        return picture

    def hand(self, face: Image.Image, frame: int) -> Image.Image:
        """Return the dial's face (only its brightness, mode L) as it is in that frame."""
        second, part = divmod(Fraction(frame, self.clip.frames_per_second) % LOOP, 1)
        bright = face.point(lambda luma: min(luma + GLOW, 235))
        lit = (0.0, float(part)) if second == 0 else (float(part), 1.0)  # it fills in a second and empties in the next
        picture = Image.composite(bright, face, _wedge(face.width, self._rim, *lit))
        middle = face.width // 2, face.height // 2
        font = self._font(face.width / 2 / self.unit)
        ImageDraw.Draw(picture).text(middle, str(LOOP - second), fill=230, font=font, anchor="mm")
        return picture

    def _backdrop(self, colours: Palette) -> Image.Image:
        fall = ImageOps.colorize(Image.linear_gradient("L"), colours.tone(0.16, 0.35), colours.tone(0.07, 0.5, 0.06))
        return fall.resize((self.clip.width, self.clip.height))

    def _strip(self, draw: ImageDraw.ImageDraw, colours: Palette) -> None:
        width, height, parts = self.clip.width, self.clip.height, 8
        for part in range(parts):
            box = width * part // parts, height - 5 * self.unit, width * (part + 1) // parts, height
            draw.rectangle(box, fill=colours.tone(0.55, 0.5, part / parts))

    def _corners(self, draw: ImageDraw.ImageDraw, colours: Palette) -> None:
        """Draw a viewfinder's corners."""
        near, arm = 4 * self.unit, 5 * self.unit
        right, bottom = self.clip.width - near, self.clip.height - 5 * self.unit - near
        for x, inward in ((near, arm), (right, -arm)):
            for y, down in ((near, arm), (bottom, -arm)):
                corner = (x + inward, y, x, y, x, y + down)
                draw.line(corner, fill=colours.tone(0.45, 0.25), width=self._line, joint="curve")

    def _face(self, picture: Image.Image, colours: Palette) -> None:
        scale = _finer(self.dial[2] - self.dial[0])
        face = ImageOps.scale(picture.crop(self.dial), scale)
        far, rim, width = face.width - 1, self._rim * scale, self._line * scale
        ink = colours.tone(0.66, 0.25)
        draw = ImageDraw.Draw(face)
        draw.ellipse((0, 0, far, far), colours.tone(0.2, 0.3), ink, width)
        draw.line((0, far / 2, far, far / 2), fill=colours.tone(0.36, 0.2), width=width)
        draw.line((far / 2, 0, far / 2, far), fill=colours.tone(0.36, 0.2), width=width)
        draw.ellipse((rim, rim, far - rim, far - rim), None, ink, width)
        picture.paste(face.reduce(scale), self.dial)

    def _caption(self, draw: ImageDraw.ImageDraw, colours: Palette) -> None:
        left, y, right, bottom = self.column
        styles = (7.0, colours.tone(0.74, 0.7)), (4.0, colours.tone(0.7, 0.2)), (5.0, (240, 240, 240))
        for order, text in enumerate(self.clip.caption):
            size, ink = styles[min(order, 2)]
            font = self._font(size)
            step = round(font.size * 1.35)
            for line in wrapped(plain(legible(text[:LONGEST_LINE])), font, right - left, (bottom - y) // step):
                draw.text((left, y), line, fill=ink, font=font)
                y += step
            y += round(self.unit * 2)
        foot = left, self.clip.height - 12 * self.unit
        draw.text(foot, facts(self.clip), fill=styles[1][1], font=self._font(3.4), anchor="lm")

    @property
    def _line(self) -> int:
        return max(1, round(self.unit * 0.4))

    @property
    def _rim(self) -> int:
        return round(self.unit * 3)

    def _font(self, size: float) -> Font:
        """Return a font of that many units, no smaller than six pixels."""
        return cast("Font", ImageFont.load_default(max(6.0, size * self.unit)))  # Pillow's wheels have FreeType


def facts(clip: Clip) -> str:
    """Return the card's last line: what the clip is."""
    sound = " · sound" if clip.sound else ""
    return f"{clip.width} x {clip.height} · {clip.frames_per_second} fps · {float(clip.length):.6g} s{sound}"


def plain(text: str) -> str:
    """Return the beginning of a text in one line, without what cannot be shown (controls, lone surrogates)."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_LINE]).split())


def wrapped(text: str, font: Font, width: int, lines: int) -> list[str]:
    """Break a text into at most so many lines, none wider than `width` pixels; if some is left, they end in dots."""
    found: list[str] = []
    while text and len(found) < lines:
        line, text = _first_line(text, font, width)
        found.append(line)
    if text and found:
        found[-1] = _first_line(found[-1], font, width - round(font.getlength("…")))[0] + "…"
    return found


def _first_line(text: str, font: Font, width: int) -> tuple[str, str]:
    longer = bisect_right(range(len(text) + 1), width, key=lambda most: math.ceil(font.getlength(text[:most])))
    fits = max(1, longer - 1)
    if fits < len(text):
        space = text.rfind(" ", 0, fits + 1)
        fits = space if space > 0 else fits
    return text[:fits], text[fits:].lstrip()


def _finer(side: int) -> int:
    """How many times larger to draw a square of that side, to be scaled down to smooth edges where that is cheap."""
    return 2 if side < 700 else 1


def _wedge(side: int, rim: int, start: float, end: float) -> Image.Image:
    """Return a mask: what a clock's hand passes between two parts of its turn, in a square without its rim."""
    scale = _finer(side)
    mask = Image.new("L", (side * scale, side * scale))
    near, far = rim * scale, (side - rim) * scale
    if near < far:
        ImageDraw.Draw(mask).pieslice((near, near, far, far), 360 * start - 90, 360 * end - 90, fill=255)
    return mask.reduce(scale)
