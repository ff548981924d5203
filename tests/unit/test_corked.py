"""What is written in one turn of the event loop goes out at its end: all of it, in order, whatever others do."""

import asyncio

import pytest

from mockserver.corked import GATHERED_AT_MOST, Corked, Outbox


class Wired(asyncio.Transport):
    """A transport that keeps each piece that it is given."""

    def __init__(self, *, broken: bool = False) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False
        self.broken = broken

    def write(self, data):
        if self.broken:
            raise OSError("no way out")
        assert not self.closed
        self.pieces.append(data)

    def writelines(self, pieces):
        self.write(b"".join(pieces))

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True

    def pause_reading(self): ...

    def resume_reading(self): ...

    def get_write_buffer_size(self):
        return 0


@pytest.fixture
async def corked():
    outbox = Outbox()

    def cork(**how):
        wired = Wired(**how)
        return wired, Corked(wired, outbox, asyncio.get_running_loop())

    return cork


async def test_what_is_written_in_one_turn_is_one_piece_of_each_connection(corked):
    (one, to_one), (other, to_other) = corked(), corked()
    for number in range(3):
        to_one.write(b"%d" % number)
        to_other.write(b"%d" % (9 - number))
    assert one.pieces == other.pieces == []
    await asyncio.sleep(0)
    assert (one.pieces, other.pieces) == ([b"012"], [b"987"])


async def test_what_is_large_goes_out_at_once_and_in_order(corked):
    wired, cork = corked()
    large = b"x" * (GATHERED_AT_MOST + 1)
    for piece in (b"before", large, b"after"):
        cork.write(piece)
    assert wired.pieces == [b"before" + large]
    await asyncio.sleep(0)
    assert wired.pieces == [b"before" + large, b"after"]


async def test_one_connection_that_takes_nothing_costs_others_nothing(corked):
    (_, to_broken), (wired, cork) = corked(broken=True), corked()
    for each in (to_broken, cork, to_broken, cork):
        each.write(b"answer")
    await asyncio.sleep(0)
    assert wired.pieces == [b"answeranswer"]
    cork.write(b"next")
    await asyncio.sleep(0)
    assert wired.pieces[-1] == b"next"


async def test_a_connection_that_is_closed_has_said_all_and_takes_no_more(corked):
    wired, cork = corked()
    cork.write(b"last words")
    cork.close()
    cork.write(b"too late")
    await asyncio.sleep(0)
    assert wired.pieces == [b"last words"]


async def test_a_connection_that_is_closed_closes_though_it_takes_nothing(corked):
    wired, cork = corked(broken=True)
    cork.write(b"last words")
    with pytest.raises(OSError, match="no way out"):
        cork.close()
    assert wired.closed
