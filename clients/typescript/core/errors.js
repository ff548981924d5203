// Made of errors.ts by "npm run build": change that one. eaed759a8be8a949
/**
 * Everything that can go wrong, as one tree.
 *
 *     ClientError                   status, code, body, clause, jobId
 *     ├── RefusedError              the provider answered, and said no
 *     │   ├── AuthError             the key is missing, wrong, revoked or expired
 *     │   ├── PermissionDeniedError the key or its plan may not do this
 *     │   ├── MoneyError            not enough money, credits or quota
 *     │   ├── RateLimitError        too often; `retryAfter` in seconds, where the provider tells
 *     │   ├── ValidationError       something in the request is wrong; `field`, where the provider tells
 *     │   ├── ModerationError       the content is not acceptable
 *     │   ├── NotFoundError         no such thing, or not yours
 *     │   ├── NotReadyError         it is there, and cannot be used (yet)
 *     │   └── ServerError           the provider's own fault
 *     ├── JobError                  the job has ended without a result; `job` is its last status
 *     │   ├── JobFailedError        it failed
 *     │   │   └── JobModeratedError it failed because of its content
 *     │   ├── JobCancelledError     somebody cancelled it
 *     │   └── NoResultError         it is done, and has no file
 *     ├── WaitTimeoutError          patience is over, and the job goes on
 *     ├── ResultExpiredError        the file's link does not work any more
 *     └── TransportError            no answer, or none that can be read
 *         ├── BadAnswerError        the answer is not what the provider documents
 *         ├── BrokenDownloadError   no whole file came, however often it was tried
 *         └── LostAnswerError       a paid request may have been accepted, and nobody knows; `reference` finds its job
 *
 * A program that pays needs to tell apart three things: what was surely not accepted (`RefusedError`, and a plain
 * `TransportError` of a submission), what was accepted (`JobError`, `WaitTimeoutError`, and what a download throws), and
 * what is not known (`LostAnswerError`). Beside the tree there is the reason of an `AbortSignal`, thrown as it is.
 */
/** The common root. */
export class ClientError extends Error {
    name = "ClientError";
    /** The HTTP status, where there was an answer. */
    status;
    /** The provider's word for it. */
    code;
    /** The answer's body: its JSON, or its text. */
    body;
    /** The rule of the mock's contract that decided it, where a mock says so. */
    clause;
    /** The job that was accepted before it went wrong, and that can still be asked for. */
    jobId = null;
    constructor(message, facts = {}) {
        super(message, facts.cause === undefined ? {} : { cause: facts.cause });
        this.status = facts.status ?? null;
        this.code = facts.code ?? null;
        this.body = facts.body ?? null;
        this.clause = facts.clause ?? null;
    }
}
/** The provider answered, and said no. */
export class RefusedError extends ClientError {
    name = "RefusedError";
    /** How many seconds to wait, where the provider tells. */
    retryAfter;
    /** What is wrong in the request, where the provider tells. */
    field;
    constructor(message, facts = {}) {
        super(message, facts);
        this.retryAfter = facts.retryAfter ?? null;
        this.field = facts.field ?? null;
    }
}
/** The key is missing, wrong, revoked or expired. */
export class AuthError extends RefusedError {
    name = "AuthError";
}
/** The key or its plan may not do this. */
export class PermissionDeniedError extends RefusedError {
    name = "PermissionDeniedError";
}
/** Not enough money, credits or quota. */
export class MoneyError extends RefusedError {
    name = "MoneyError";
}
/** Too many requests; `retryAfter` says when the next one is welcome. */
export class RateLimitError extends RefusedError {
    name = "RateLimitError";
}
/** Something in the request is wrong. */
export class ValidationError extends RefusedError {
    name = "ValidationError";
}
/** The content is not acceptable; nothing was charged. */
export class ModerationError extends RefusedError {
    name = "ModerationError";
}
/** No such thing, or not yours. */
export class NotFoundError extends RefusedError {
    name = "NotFoundError";
}
/** It is there, and cannot be used (yet). */
export class NotReadyError extends RefusedError {
    name = "NotReadyError";
}
/** The provider's own fault. */
export class ServerError extends RefusedError {
    name = "ServerError";
}
/** The job has ended without a result. */
export class JobError extends ClientError {
    name = "JobError";
    /** Its last status. */
    job;
    constructor(message, job) {
        super(message);
        this.job = job;
    }
}
/** The job failed. */
export class JobFailedError extends JobError {
    name = "JobFailedError";
}
/** The job failed because of its content. */
export class JobModeratedError extends JobFailedError {
    name = "JobModeratedError";
}
/** Somebody cancelled the job. */
export class JobCancelledError extends JobError {
    name = "JobCancelledError";
}
/** The job is done, and there is no file. */
export class NoResultError extends JobError {
    name = "NoResultError";
}
/** Patience is over and the job goes on: it may yet be done, and be charged. Wait for its `jobId` again. */
export class WaitTimeoutError extends ClientError {
    name = "WaitTimeoutError";
}
/** The file's link does not work any more. */
export class ResultExpiredError extends ClientError {
    name = "ResultExpiredError";
}
/** No answer, or none that can be read. A submission that throws just this was surely not accepted. */
export class TransportError extends ClientError {
    name = "TransportError";
}
/** The answer is not what the provider documents. */
export class BadAnswerError extends TransportError {
    name = "BadAnswerError";
}
/** No whole file came, however often it was tried. */
export class BrokenDownloadError extends TransportError {
    name = "BrokenDownloadError";
}
/** A paid request may have been accepted, and its answer is lost: sending it again may pay twice. */
export class LostAnswerError extends TransportError {
    name = "LostAnswerError";
    /** What the provider may find the job by, if it can: see `recover()`. */
    reference;
    constructor(message, facts = {}, reference = null) {
        super(message, facts);
        this.reference = reference;
    }
}
