"""Requests that may bring a video, and what a plan allows of it."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from mockserver.core.refusals import MediaTooLong, PlanLacks
from mockserver.media.files import Spool
from mockserver.providers.viddyscribe.catalogue import ENTERPRISE, PLANS, Plan
from mockserver.providers.viddyscribe.catalogue.orders import Footage
from mockserver.providers.viddyscribe.inputs import Body, Source, SourceType, is_form, read_form, source_of
from mockserver.web.call import Call

from .slots import limit_of, receiving


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that may bring a video: its body, where the video comes from, and the spool that holds its file."""

    body: Body
    source: Source
    spool: Spool


def may_name(call: Call, among: tuple[SourceType, ...]) -> bool:
    """Tell whether a request may be JSON that only names a media, and brings nothing."""
    return "media_id" in among and not is_form(call)


@asynccontextmanager
async def arriving(call: Call, among: tuple[SourceType, ...]) -> AsyncIterator[Arrival]:
    """Read a request; while it brings a video, it holds one of the team's places for uploads."""
    with ExitStack() as stack:
        spool = stack.enter_context(call.files.spool())
        if is_form(call):
            take_place(call, stack)
            form = await read_form(call, spool, largest_file(call))
            yield Arrival(form.texts, source_of(form.texts, among, has_file=form.has_file), spool)
            return
        body = await call.raw_body()
        source = source_of(body, among)
        if source.type == "url":
            take_place(call, stack)
        yield Arrival(body, source, spool)


def take_place(call: Call, stack: ExitStack) -> None:
    """Hold one of the team's places for uploads until the stack ends."""
    most = limit_of(call, "concurrent_uploads", call.options.concurrent_uploads)
    stack.enter_context(receiving(call, call.account.purse, most))


def plan_of(call: Call) -> Plan:
    """The plan of the asking account; one that a test made up has everything."""
    return PLANS.get(call.account.plan, ENTERPRISE)


def largest_file(call: Call) -> int:
    """How many bytes a file of the account may have."""
    usual = plan_of(call).largest
    found = limit_of(call, "max_file_bytes", usual)
    return usual if found is None else found


def check_length(call: Call, footage: Footage) -> None:
    """Raise MediaTooLong for a video that is longer than the account's plan allows."""
    longest: timedelta | None = plan_of(call).longest
    if "max_duration_seconds" in call.account.limits:
        found = call.account.limits["max_duration_seconds"]
        longest = None if found is None else timedelta(seconds=found)
    if longest is not None and footage.length > longest:
        raise MediaTooLong("file", longest)


def check_feature(call: Call, feature: str) -> None:
    """Raise PlanLacks for what the account's plan does not include."""
    plan = plan_of(call)
    if feature not in plan.features:
        raise PlanLacks(feature, plan.name)
