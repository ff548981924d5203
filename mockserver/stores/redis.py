"""The store in a Redis or Valkey server: many workers, and machines, share one state.

Nothing is kept in this process. Work that belongs together reads what it needs, and sends what it changes in one
script, which Redis carries out whole if nobody else was faster in the meantime; else the work is done again. Keys begin
with a prefix and the version of what is stored, so that versions never read each other's values, and expire when
nothing of their sandbox was written for a while. One server or one primary: no cluster.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from mockserver.core.clock import EPOCH
from mockserver.core.limits import Limit
from mockserver.core.store import Change, StateError, StoreUnavailableError, T
from mockserver.stores.codec import VERSION, Codec
from mockserver.stores.scripts import ADMIT, CLEAR, COMMIT, COPY

if TYPE_CHECKING:
    import redis

MICROSECOND = timedelta(microseconds=1)
TRIES = 1000
"""How often work is done again because others were faster, before the store counts as unavailable."""

PATIENCE = 5.0
"""Seconds that an answer of Redis is waited for."""

PAGE = 200
KEPT_FOR = timedelta(days=7)
"""How long a sandbox is kept in which nothing is written."""

Address = tuple[str, str]
"""A shelf and a key on it."""


class RedisStore:
    """Shelves, queues and buckets in Redis, under keys that begin with `prefix` and the version of what is stored.

    Raises StateError when there is no client library, the address is none, or nobody answers there. A server that is
    away later is a StoreUnavailableError at each call, until it is back.
    """

    def __init__(self, url: str, packages: Iterable[str] = (), prefix: str = "fauxreel") -> None:
        self._codec = Codec(packages)
        self._prefix = f"{prefix}:v{VERSION}"
        self._base = _connected(url)
        self._commit = self._base.register_script(COMMIT)
        self._admit = self._base.register_script(ADMIT)
        self._copy = self._base.register_script(COPY)
        self._clear = self._base.register_script(CLEAR)
        self._under_way: _Work | None = None
        try:
            self._asked(self._base.ping)
        except StoreUnavailableError as error:
            raise StateError(f"{error}. Is it running?") from error

    def _asked(self, command: Callable[..., Any], *words: Any) -> Any:  # noqa: ANN401 - whatever Redis answers
        """Ask Redis; raises StoreUnavailableError when it does not answer."""
        from redis.exceptions import RedisError  # noqa: PLC0415 - as in `_connected`

        try:
            return command(*words)
        except (RedisError, OSError) as error:
            raise StoreUnavailableError(f"Redis does not answer: {error}") from error

    def _name(self, kind: str, name: str) -> str:
        return f"{self._prefix}:{kind}:{name}"

    # Shelves ------------------------------------------------------------------------------------------------------

    def get(self, shelf: str, key: str) -> Any:  # noqa: ANN401 - see core.store
        """The value under `key`, or None."""
        raw = self._raw((shelf, key))
        return None if raw is None else self._codec.unpacked(raw)

    def _raw(self, address: Address) -> bytes | None:
        work = self._under_way
        if work is not None:
            if address in work.writes:
                return work.writes[address]
            if address in work.reads:
                return work.reads[address]
        shelf, key = address
        found: bytes | None = self._asked(self._base.hget, self._name("s", shelf), _key(key))
        if work is not None:
            work.reads[address] = found
        return found

    def update(self, shelf: str, key: str, change: Change) -> Any:  # noqa: ANN401 - see core.store
        """Replace the value under `key` by `change(value)`, indivisibly, and answer the new one."""
        return self.atomically(partial(self._update, shelf, key, change))

    def _update(self, shelf: str, key: str, change: Change) -> Any:  # noqa: ANN401 - see core.store
        new = change(self.get(shelf, key))
        self._work.writes[shelf, key] = None if new is None else self._codec.packed(new)
        return new

    def put(self, shelf: str, key: str, value: Any) -> None:  # noqa: ANN401 - see core.store
        """Let `value` be under `key`, whatever was there."""
        self.atomically(partial(self._put, shelf, key, value))

    def _put(self, shelf: str, key: str, value: Any) -> None:  # noqa: ANN401 - see core.store
        self._work.writes[shelf, key] = self._codec.packed(value)

    def number(self, shelf: str, key: str) -> int:
        """Count one more under `key`, indivisibly, and answer how many there are by now."""
        found: int = self.update(shelf, key, _one_more)
        return found

    def newest(self, shelf: str) -> Iterator[tuple[str, Any]]:
        """Keys and values of a shelf, the last added first; page by page, as they are when their page is reached."""
        order, values, last = self._name("o", shelf), self._name("s", shelf), "+inf"
        while True:
            ranked = self._asked(self._base.zrevrangebyscore, order, last, "-inf", 0, PAGE, True)
            if not ranked:
                return
            keys = [key for key, _ in ranked]
            for key, raw in zip(keys, self._asked(self._base.hmget, values, keys), strict=True):
                if raw is not None:
                    yield key.decode("utf-8", "surrogatepass"), self._codec.unpacked(raw)
            last = f"({ranked[-1][1]:.0f}"

    def count(self, shelf: str) -> int:
        """How many keys the shelf holds."""
        return int(self._asked(self._base.hlen, self._name("s", shelf)))

    # Queues: members are the instant, a number, and the item, and lie in the order of their bytes ------------------

    def schedule(self, queue: str, at: datetime, item: Any) -> None:  # noqa: ANN401 - see core.store
        """Put `item` into a queue, due at `at`; items of one instant keep their order."""
        self.atomically(lambda: self._work.planned.append((queue, _stamp(at), self._codec.packed(item))))

    def due(self, queue: str, now: datetime) -> list[Any]:
        """Take all items out of a queue that are due at `now`, earliest first; nobody else gets them."""
        until = b"(" + _stamp(now + MICROSECOND)
        return self.atomically(lambda: [item for _, item in self._taken(queue, until)])

    def next_due(self, queue: str) -> datetime | None:
        """When the earliest item of a queue is due; None for an empty queue."""
        first = self._asked(self._base.zrange, self._name("q", queue), 0, 0)
        return _instant(first[0]) if first else None

    def withdraw(self, queue: str, unwanted: Callable[[Any], bool]) -> None:
        """Take the unwanted items out of a queue, whenever they are due."""

        def work() -> None:
            for stamp, item in self._taken(queue, b"+"):
                if not unwanted(item):
                    self._work.planned.append((queue, stamp, self._codec.packed(item)))

        self.atomically(work)

    def _taken(self, queue: str, until: bytes) -> list[tuple[bytes, Any]]:
        """Take members up to a bound out of a queue: their instants as written, and their items."""
        work = self._work
        members = self._asked(self._base.zrangebylex, self._name("q", queue), "-", until)
        fresh = [member for member in members if (queue, member) not in work.taken]
        work.taken |= dict.fromkeys((queue, member) for member in fresh)
        return [(member[:STAMP], self._codec.unpacked(member[STAMP + NUMBER :])) for member in fresh]

    # Buckets ------------------------------------------------------------------------------------------------------

    def admit(self, bucket: str, limit: Limit, now: datetime) -> timedelta | None:
        """Let one request into a bucket and answer None, or answer how long until one is welcome."""
        since = now - limit.per
        words: list[Any] = [self._prefix, bucket, _stamp(since + MICROSECOND), _stamp(now), limit.requests, _kept_for()]
        blocking = self._asked(partial(self._admit, args=words))
        if blocking is None:
            return None
        return limit.per if limit.requests <= 0 else _instant(blocking) - since

    def window(self, bucket: str, limit: Limit, now: datetime) -> tuple[int, datetime]:
        """How many requests a bucket's window holds, and when the oldest of them leaves it."""
        passed = self._name("b", bucket)
        since = b"[" + _stamp(now - limit.per + MICROSECOND)
        count = self._asked(self._base.zlexcount, passed, since, "+")
        first = self._asked(self._base.zrangebylex, passed, since, "+", 0, 1)
        return int(count), _instant(first[0]) + limit.per if first else now

    # Together -----------------------------------------------------------------------------------------------------

    @property
    def _work(self) -> "_Work":
        if self._under_way is None:
            raise AssertionError("what is written is written inside of `atomically`")
        return self._under_way

    def atomically(self, work: Callable[[], T]) -> T:
        """Do work, and carry out what it wrote if what it read is still so; else do it again."""
        if self._under_way is not None:
            return work()
        for _ in range(TRIES):
            self._under_way = done = _Work()
            try:
                answer = work()
            finally:
                self._under_way = None
            if not done.changes or self._committed(done):
                return answer
        raise StoreUnavailableError("too many others write the same")

    def together(self, work: Callable[[], T]) -> T:
        """Do the same; work that leaves nothing to undo has no shorter way here."""
        return self.atomically(work)

    def _committed(self, work: "_Work") -> bool:
        """Have Redis carry out what work wrote; False if somebody else was faster.

        When the connection breaks before the answer, Redis is asked whether it was carried out: it is never done twice.
        """
        token = self._name("t", secrets.token_hex(8))
        words = [self._prefix, _kept_for(), token, *work.words()]
        try:
            return bool(self._asked(partial(self._commit, args=words)))
        except StoreUnavailableError:
            if self._asked(self._base.exists, token):
                return True
            raise

    def copy(self, source: str, target: str) -> None:
        """Forget all whose names begin with `target`, and have all that begin with `source` there too; indivisibly."""
        words: list[Any] = [
            self._prefix,
            source.partition("/")[0],
            source,
            target.partition("/")[0],
            target,
            _kept_for(),
        ]
        self._asked(partial(self._copy, args=words))

    def clear(self, prefix: str) -> None:
        """Forget all shelves, queues and buckets whose names begin with `prefix`."""
        self._asked(partial(self._clear, args=[self._prefix, prefix.partition("/")[0], prefix]))

    # What Redis has outlives this process, as far as it is set up to --------------------------------------------

    @property
    def shared(self) -> bool:
        """Whether other processes may change what is in it: they do."""
        return True

    @property
    def waits(self) -> bool:
        """Whether answers have to wait for it: it is asked in passing."""
        return False

    @property
    def unsaved(self) -> bool:
        """Whether something still has to be saved: each change is in Redis before the next line is reached."""
        return False

    @property
    def ailing(self) -> bool:
        """Whether the last saving failed: each call says so itself."""
        return False

    async def saved(self) -> None:
        """All is saved already."""

    def close(self) -> None:
        """Let go of the connection."""
        self._base.close()


class _Work:
    """What a piece of work has read and wants to change."""

    __slots__ = ("planned", "reads", "taken", "writes")

    def __init__(self) -> None:
        self.reads: dict[Address, bytes | None] = {}
        self.writes: dict[Address, bytes | None] = {}
        self.taken: dict[tuple[str, bytes], None] = {}
        self.planned: list[tuple[str, bytes, bytes]] = []

    @property
    def changes(self) -> bool:
        """Whether there is anything to carry out."""
        return bool(self.writes or self.taken or self.planned)

    def words(self) -> list[Any]:
        """All of it as the script wants it: four lists, each with its length before it; an absent value is empty."""
        found: list[Any] = [len(self.reads)]
        for (shelf, key), raw in self.reads.items():
            found += (shelf, _key(key), raw or b"")
        found.append(len(self.writes))
        for (shelf, key), raw in self.writes.items():
            found += (shelf, _key(key), raw or b"")
        found.append(len(self.taken))
        for queue, member in self.taken:
            found += (queue, member)
        found.append(len(self.planned))
        for queue, stamp, item in self.planned:
            found += (queue, stamp, item)
        return found


STAMP, NUMBER = 16, 12
"""How many hexadecimal digits an instant has in a member of a queue, and the number behind it."""


def _one_more(before: int | None) -> int:
    return (before or 0) + 1


def _connected(url: str) -> "redis.Redis":
    try:
        import redis  # noqa: PLC0415 - an extra: most users do without
        from redis.backoff import NoBackoff  # noqa: PLC0415 - as above
        from redis.retry import Retry  # noqa: PLC0415 - as above
    except ImportError as error:
        raise StateError("a state in Redis needs its client: pip install 'fauxreel[redis]'") from error
    try:
        # No command is sent twice by the client: what was carried out without an answer would be done again.
        return redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
    except (ValueError, redis.RedisError) as error:
        raise StateError(f"{url!r} is no address of a Redis server: {error}") from error


def _kept_for() -> int:
    return int(KEPT_FOR.total_seconds())


def _key(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _stamp(at: datetime) -> bytes:
    """Write an instant so that the order of the bytes is that of time."""
    return b"%016x" % ((at - EPOCH) // MICROSECOND)


def _instant(member: bytes) -> datetime:
    return EPOCH + int(member[:STAMP], 16) * MICROSECOND
