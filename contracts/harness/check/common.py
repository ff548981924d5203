"""What the trials of all providers need."""

from contracts.harness.check.exchanges import Answer, Ask, Who
from contracts.harness.check.visits import Visit


async def a_file(visit: Visit, link: str, clause: str, media_type: str = "video/mp4", typed: str = "") -> Answer:
    """Follow a link without a key; it must lead to a file of that type, as the clause `typed` says, if not `clause`."""
    on = {"header content-type": typed or clause}
    answer = await visit.ask(Ask("GET", link, who=Who.NOBODY), 200, clause, on=on, label=f"the file, {clause}")
    kind = answer.headers.get("content-type", "").partition(";")[0]
    visit.must(kind == media_type, typed or clause, "header content-type", media_type, kind)
    visit.must(len(answer.content) > 0, clause, "the body", "bytes", "none")
    return answer


async def is_a_file(visit: Visit, link: str, clause: str, ranges: str) -> None:
    """Follow a link without a key, whole, in part, and beyond its end."""
    whole = await a_file(visit, link, clause)
    part = await visit.ask(
        Ask("GET", link, who=Who.NOBODY, headers={"Range": "bytes=4-7"}), 206, ranges,
        headers={"content-range": r"bytes 4-7/\d+"}, label="a part of the file",
    )  # fmt: skip
    visit.must(part.content == whole.content[4:8], ranges, "the body", "bytes 4 to 7", repr(part.content[:40]))
    beyond = Ask("GET", link, who=Who.NOBODY, headers={"Range": "bytes=999999999-"})
    await visit.ask(beyond, 416, ranges, label="a part behind the end")
