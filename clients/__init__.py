"""The reference clients: sync and async, httpx and nothing else; one module a provider, to be copied with `core/`."""
