"""The orders that NanoGPT takes: their fields, what they must bring, and what they come to."""

from .bodies import ExtendVideo, NewVideo, texts
from .media import image_of, media, source_file, video_of
from .orders import misfits, order

__all__ = ["ExtendVideo", "NewVideo", "image_of", "media", "misfits", "order", "source_file", "texts", "video_of"]
