"""`make demo`: orders at all four providers as one server plays them, and one table of what was paid."""
