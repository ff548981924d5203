"""Judges a server, the mock or the real provider, by what the documents say: `python -m contracts check`."""
