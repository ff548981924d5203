"""What ViddyScribe answers with, and what a job's files hold."""

from .bodies import accepted, file_name, job_result, made_files, pending_upload, upload_status, uploaded
from .results import narration_of, order_of, stand_in

__all__ = [
    "accepted",
    "file_name",
    "job_result",
    "made_files",
    "narration_of",
    "order_of",
    "pending_upload",
    "stand_in",
    "upload_status",
    "uploaded",
]
