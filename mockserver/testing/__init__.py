"""For tests: a server of its own, sandboxes in it, and the server as an ASGI app for httpx.

`Server` runs in a process of its own and is asked with the standard library: to import this loads nothing that a
server needs. `asgi_app` is the server inside this process.
"""

from mockserver.testing.asgi import asgi_app
from mockserver.testing.line import ControlError, ServerError
from mockserver.testing.results import Due, Entry, Fault, Finding, Findings, Job, Request, Webhook
from mockserver.testing.sandbox import Account, Clock, Conduct, Sandbox
from mockserver.testing.server import Server

__all__ = [
    "Account",
    "Clock",
    "Conduct",
    "ControlError",
    "Due",
    "Entry",
    "Fault",
    "Finding",
    "Findings",
    "Job",
    "Request",
    "Sandbox",
    "Server",
    "ServerError",
    "Webhook",
    "asgi_app",
]
