"""A street of fictional providers: they show that a folder is all that a new provider takes."""
