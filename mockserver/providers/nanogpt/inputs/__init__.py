"""The orders that NanoGPT takes: their fields, what they must bring, and what they come to."""

from .bodies import ExtendVideo, NewVideo, texts
from .media import image_of, media, video_of
from .orders import Order, order

__all__ = ["ExtendVideo", "NewVideo", "Order", "image_of", "media", "order", "texts", "video_of"]
