"""What strangers read, taken apart: pages, their headings, links and code blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

DOCUMENTED = "http://127.0.0.1:4747"
ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced piece of a page: its language, its text, and the line on which it begins."""

    language: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that it is, where its first line says so, as in `# test_app.py`."""
        found = re.match(r"# ([\w./-]+\.\w+)\n", self.text)
        return found[1] if found else None

    def at(self, url: str) -> "Block":
        """The same with another server's address in place of the documented one."""
        return replace(self, text=self.text.replace(DOCUMENTED, url))


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def prose(self) -> str:
        """The text without its code blocks."""
        return FENCE.sub("", self.text)

    def blocks(self) -> list[Block]:
        return [
            Block(found["language"], found["text"], self.text.count("\n", 0, found.start()) + 1)
            for found in FENCE.finditer(self.text)
        ]

    def links(self) -> Iterator[str]:
        return (found[1] for found in LINK.finditer(self.prose))

    def anchors(self) -> set[str]:
        """The anchors that its headings have on a forge."""
        return {anchor(heading) for heading in HEADING.findall(self.prose)}

    def sections(self) -> dict[str, str]:
        """The text below each heading, up to the next one of any level."""
        parts = re.split(r"^#+ (.+)$\n", self.prose, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def page(name: str) -> Page:
    return Page(ROOT / name)


def all_pages() -> list[Page]:
    """README, CHANGELOG, the documentation, and the guide to the tests."""
    names = ["README.md", "CHANGELOG.md", "tests/README.md"]
    return [page(name) for name in names] + [Page(path) for path in sorted((ROOT / "docs").rglob("*.md"))]
