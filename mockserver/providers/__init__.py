"""The houses on the street: one folder a provider, found by looking, never registered."""
