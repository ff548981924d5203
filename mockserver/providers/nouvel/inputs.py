"""The body and the query that Nouvel takes, and what they have to be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

import msgspec

from mockserver.core.post import is_loopback
from mockserver.core.refusals import BadValue, MissingField, TooLong

from .catalogue import LENGTHS, PURPOSES, RATIOS, STYLE, Order
from .options import Options

INSTRUCTIONS_AT_MOST = 2000
URLS_AT_MOST = 3
LAST_PAGE = 2**53 - 1
FILTERS = ("generating", "post_processing", "stitching", "completed", "failed", "partial")
"""The statuses that a list of projects can be narrowed to [nouvel:list-projects]."""

NO_PRODUCT = {"collections", "collection", "category", "categories", "blog", "blogs"}
PRODUCT = {"products", "product", "dp", "p"}
"""Segments of a path that tell a category or blog from a product; inferred, pages are not fetched."""


PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""The networks that the vendor lists [nouvel:webhooks]."""


_BLANK = re.compile(r"[\x00-\x20\x7f]")


class NewJob(msgspec.Struct, rename="camel"):
    """The body of a submission, its names in camel case on the wire."""

    urls: list[str] | None = None
    variant_count: int = 1
    user_instructions: str = ""
    webhook_url: str | msgspec.UnsetType = msgspec.UNSET
    aspect_ratio: str = RATIOS[0]
    ad_duration: int = LENGTHS[0]
    content_type: str = PURPOSES[0]
    script_style: str = STYLE
    override_script: str = ""
    selected_actor_id: str = ""
    avatar_image_url: str = ""
    language: str = ""
    accent: str = ""
    target_audience: str = ""
    format_preset: str = ""


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """A submission that is in order: all that follows from its body alone.

    `order` lacks the videos' ids yet, `price` is in videos, `stray` is the host of the first URL that leads to no
    product, `webhook_url` where the end is announced.
    """

    order: Order
    videos: int
    price: Decimal
    stray: str | None
    webhook_url: str | None


def wanted(body: NewJob, options: Options) -> Wanted:
    """Say what a submission asks for; it is refused for the first field that is not in order."""
    urls = _urls(body.urls)
    if body.variant_count not in range(1, 4):
        raise BadValue("variantCount", body.variant_count)
    if len(body.user_instructions) > INSTRUCTIONS_AT_MOST:
        raise TooLong("userInstructions", INSTRUCTIONS_AT_MOST, len(body.user_instructions))
    webhook_url = None if body.webhook_url is msgspec.UNSET else body.webhook_url
    if webhook_url is not None and not may_be_told(webhook_url, loopback=options.loopback_webhooks):
        raise BadValue("webhookUrl", webhook_url)
    _one_of("aspectRatio", body.aspect_ratio, RATIOS)
    _one_of("adDuration", body.ad_duration, LENGTHS)
    _one_of("contentType", body.content_type, PURPOSES)
    videos = len(urls) * body.variant_count
    stray = next((host(url) for url in urls if not is_product(url)), None)
    return Wanted(_order(body, urls), videos, Decimal(videos), stray, webhook_url)


def _order(body: NewJob, urls: Sequence[str]) -> Order:
    return Order(
        urls=tuple(urls),
        variants=body.variant_count,
        ids=(),
        instructions=body.user_instructions,
        ratio=body.aspect_ratio,
        seconds=body.ad_duration,
        purpose=body.content_type,
        style=body.script_style,
        script=body.override_script,
        actor=body.selected_actor_id,
        audience=body.target_audience,
    )


def _one_of(field: str, value: object, allowed: Sequence[object]) -> None:
    if value not in allowed:
        raise BadValue(field, value, allowed=", ".join(map(str, allowed)))


# URLs -----------------------------------------------------------------------------------------------------------


def _urls(urls: list[str] | None) -> list[str]:
    if urls is None:
        raise MissingField("urls")
    if not 1 <= len(urls) <= URLS_AT_MOST or not all(map(_web, urls)):
        raise BadValue("urls", urls)
    return urls


@lru_cache(maxsize=1024)
def _web(url: str) -> SplitResult | None:
    """Read an http or https URL; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    good = parts.scheme in {"http", "https"} and parts.hostname and port != 0 and not _BLANK.search(url)
    return parts if good else None


def host(url: str) -> str:
    """The host of a URL, or all of it if it has none."""
    return urlsplit(url).hostname or url


@lru_cache(maxsize=1024)
def is_product(url: str) -> bool:
    """Tell from its path whether a URL is a product's page: no home page, category or blog [000:48,67-68]."""
    segments = {segment.lower() for segment in urlsplit(url).path.split("/") if segment}
    return bool(segments) and (segments.isdisjoint(NO_PRODUCT) or not segments.isdisjoint(PRODUCT))


def may_be_told(url: str, *, loopback: bool) -> bool:
    """Tell whether a webhookUrl passes the documented filter; with `loopback`, this machine and its http do too."""
    parts = _web(url)
    if parts is None:
        return False
    name = parts.hostname or ""
    if is_loopback(name):
        return loopback
    return parts.scheme == "https" and not _is_private(name)


def _is_private(name: str) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_unspecified or any(address in network for network in PRIVATE)


# The list of projects -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Which projects are asked for."""

    number: int
    limit: int
    status: str | None

    @property
    def first(self) -> int:
        """How many projects come before this page."""
        return (self.number - 1) * self.limit


def page(query: dict[str, str]) -> Page:
    """Read the parameters of a list [nouvel:list-projects]."""
    status = query.get("status")
    if status is not None:
        _one_of("status", status, FILTERS)
    return Page(_number(query, "page", 1, LAST_PAGE), _number(query, "limit", 20, 100), status)


def _number(query: dict[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= most):
        raise BadValue(name, text)
    return int(text)
