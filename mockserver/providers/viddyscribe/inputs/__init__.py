"""What ViddyScribe reads: JSON and multipart forms, flat and nested."""

from .config import READERS, Config
from .decoding import Body
from .form import Form, is_form, read_form
from .sources import Source, SourceType, source_of

__all__ = ["READERS", "Body", "Config", "Form", "Source", "SourceType", "is_form", "read_form", "source_of"]
