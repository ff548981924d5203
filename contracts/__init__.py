"""The yardstick: what the providers promise, written by hand from their documents, and the harness that reads it."""
