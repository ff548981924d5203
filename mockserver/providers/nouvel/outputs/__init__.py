"""The JSON that Nouvel answers with, what its videos look like, and what an account has."""

from .files import clip_of, file_of, order_of, result_path
from .jobs import accepted, announcement, status
from .money import ZERO, credits_left, laid_down, shown, take_note, usage
from .projects import item, one, scene_word
from .words import uuid

__all__ = [
    "ZERO",
    "accepted",
    "announcement",
    "clip_of",
    "credits_left",
    "file_of",
    "item",
    "laid_down",
    "one",
    "order_of",
    "result_path",
    "scene_word",
    "shown",
    "status",
    "take_note",
    "usage",
    "uuid",
]
