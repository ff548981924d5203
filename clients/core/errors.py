"""Everything that can go wrong, as one tree.

    ClientError                   status, code, body, clause, job_id
    ├── RefusedError              the provider answered, and said no
    │   ├── AuthError             the key is missing, wrong, revoked or expired
    │   ├── PermissionDeniedError the key or its plan may not do this
    │   ├── MoneyError            not enough money, credits or quota
    │   ├── RateLimitError        too often; `retry_after` in seconds, where the provider tells
    │   ├── ValidationError       something in the request is wrong; `field`, where the provider tells
    │   ├── ModerationError       the content is not acceptable
    │   ├── NotFoundError         no such thing, or not yours
    │   ├── NotReadyError         it is there, and cannot be used (yet)
    │   └── ServerError           the provider's own fault
    ├── JobError                  the job has ended without a result; `job` is its last status
    │   ├── JobFailedError        it failed
    │   │   └── JobModeratedError it failed because of its content
    │   ├── JobCancelledError     somebody cancelled it
    │   └── NoResultError         it is done, and has no file
    ├── WaitTimeoutError          patience is over, and the job goes on
    ├── ResultExpiredError        the file's link does not work any more
    └── TransportError            no answer, or none that can be read
        ├── BadAnswerError        the answer is not what the provider documents
        ├── BrokenDownloadError   no whole file came, however often it was tried
        └── LostAnswerError       a paid request may have been accepted, and nobody knows; `reference` finds its job

A program that pays needs to tell apart three things: what was surely not accepted (`RefusedError`, and a plain
`TransportError` of a submission), what was accepted (`JobError`, `WaitTimeoutError`, and what a download raises), and
what is not known (`LostAnswerError`).
"""


class ClientError(Exception):
    """The common root.

    `status` is the HTTP status and `code` the provider's word, where there was an answer; `body` is its JSON or text.
    `clause` is the rule of the mock's contract that decided it, where a mock says so. `job_id` is the job that was
    accepted before it went wrong, and that can still be asked for; None where there is none.
    """

    job_id: str | None = None

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        body: object = None,
        clause: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.body = body
        self.clause = clause


class RefusedError(ClientError):
    """The provider answered, and said no.

    `retry_after` is in seconds and `field` names what is wrong; each is None unless the provider tells.
    """

    retry_after: float | None = None
    field: str | None = None


class AuthError(RefusedError):
    """The key is missing, wrong, revoked or expired."""


class PermissionDeniedError(RefusedError):
    """The key or its plan may not do this."""


class MoneyError(RefusedError):
    """Not enough money, credits or quota."""


class RateLimitError(RefusedError):
    """Too many requests; `retry_after` says when the next one is welcome."""


class ValidationError(RefusedError):
    """Something in the request is wrong."""


class ModerationError(RefusedError):
    """The content is not acceptable; nothing was charged."""


class NotFoundError(RefusedError):
    """No such thing, or not yours."""


class NotReadyError(RefusedError):
    """It is there, and cannot be used (yet)."""


class ServerError(RefusedError):
    """The provider's own fault."""


class JobError(ClientError):
    """The job has ended without a result; `job` is its last status, a typed answer."""

    def __init__(self, message: str, job: object, *, code: str | None = None, body: object = None) -> None:
        super().__init__(message, code=code, body=body)
        self.job = job


class JobFailedError(JobError):
    """The job failed."""


class JobModeratedError(JobFailedError):
    """The job failed because of its content."""


class JobCancelledError(JobError):
    """Somebody cancelled the job."""


class NoResultError(JobError):
    """The job is done, and there is no file."""


class WaitTimeoutError(ClientError):
    """Patience is over and the job goes on: it may yet be done, and be charged. Wait for its `job_id` again."""


class ResultExpiredError(ClientError):
    """The file's link does not work any more."""


class TransportError(ClientError):
    """No answer, or none that can be read. A submission that raises just this was surely not accepted."""


class BadAnswerError(TransportError):
    """The answer is not what the provider documents."""


class BrokenDownloadError(TransportError):
    """No whole file came, however often it was tried."""


class LostAnswerError(TransportError):
    """A paid request may have been accepted, and its answer is lost: sending it again may pay twice.

    `reference` is what the provider may find the job by, if it can: see `recover()`.
    """

    reference: str | None = None
