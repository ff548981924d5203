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

import type { Status } from "./answers.js";

/** What an error knows. */
export interface Facts {
  readonly status?: number | null;
  readonly code?: string | null;
  readonly body?: unknown;
  readonly clause?: string | null;
  readonly retryAfter?: number | null;
  readonly field?: string | null;
  readonly cause?: unknown;
}

/** The common root. */
export class ClientError extends Error {
  override name = "ClientError";
  /** The HTTP status, where there was an answer. */
  readonly status: number | null;
  /** The provider's word for it. */
  readonly code: string | null;
  /** The answer's body: its JSON, or its text. */
  readonly body: unknown;
  /** The rule of the mock's contract that decided it, where a mock says so. */
  readonly clause: string | null;
  /** The job that was accepted before it went wrong, and that can still be asked for. */
  jobId: string | null = null;

  constructor(message: string, facts: Facts = {}) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.status = facts.status ?? null;
    this.code = facts.code ?? null;
    this.body = facts.body ?? null;
    this.clause = facts.clause ?? null;
  }
}

/** The provider answered, and said no. */
export class RefusedError extends ClientError {
  override name = "RefusedError";
  /** How many seconds to wait, where the provider tells. */
  readonly retryAfter: number | null;
  /** What is wrong in the request, where the provider tells. */
  readonly field: string | null;

  constructor(message: string, facts: Facts = {}) {
    super(message, facts);
    this.retryAfter = facts.retryAfter ?? null;
    this.field = facts.field ?? null;
  }
}

/** The key is missing, wrong, revoked or expired. */
export class AuthError extends RefusedError {
  override name = "AuthError";
}

/** The key or its plan may not do this. */
export class PermissionDeniedError extends RefusedError {
  override name = "PermissionDeniedError";
}

/** Not enough money, credits or quota. */
export class MoneyError extends RefusedError {
  override name = "MoneyError";
}

/** Too many requests; `retryAfter` says when the next one is welcome. */
export class RateLimitError extends RefusedError {
  override name = "RateLimitError";
}

/** Something in the request is wrong. */
export class ValidationError extends RefusedError {
  override name = "ValidationError";
}

/** The content is not acceptable; nothing was charged. */
export class ModerationError extends RefusedError {
  override name = "ModerationError";
}

/** No such thing, or not yours. */
export class NotFoundError extends RefusedError {
  override name = "NotFoundError";
}

/** It is there, and cannot be used (yet). */
export class NotReadyError extends RefusedError {
  override name = "NotReadyError";
}

/** The provider's own fault. */
export class ServerError extends RefusedError {
  override name = "ServerError";
}

/** The job has ended without a result. */
export class JobError extends ClientError {
  override name = "JobError";
  /** Its last status. */
  readonly job: Status;

  constructor(message: string, job: Status) {
    super(message);
    this.job = job;
  }
}

/** The job failed. */
export class JobFailedError extends JobError {
  override name = "JobFailedError";
}

/** The job failed because of its content. */
export class JobModeratedError extends JobFailedError {
  override name = "JobModeratedError";
}

/** Somebody cancelled the job. */
export class JobCancelledError extends JobError {
  override name = "JobCancelledError";
}

/** The job is done, and there is no file. */
export class NoResultError extends JobError {
  override name = "NoResultError";
}

/** Patience is over and the job goes on: it may yet be done, and be charged. Wait for its `jobId` again. */
export class WaitTimeoutError extends ClientError {
  override name = "WaitTimeoutError";
}

/** The file's link does not work any more. */
export class ResultExpiredError extends ClientError {
  override name = "ResultExpiredError";
}

/** No answer, or none that can be read. A submission that throws just this was surely not accepted. */
export class TransportError extends ClientError {
  override name = "TransportError";
}

/** The answer is not what the provider documents. */
export class BadAnswerError extends TransportError {
  override name = "BadAnswerError";
}

/** No whole file came, however often it was tried. */
export class BrokenDownloadError extends TransportError {
  override name = "BrokenDownloadError";
}

/** A paid request may have been accepted, and its answer is lost: sending it again may pay twice. */
export class LostAnswerError extends TransportError {
  override name = "LostAnswerError";
  /** What the provider may find the job by, if it can: see `recover()`. */
  readonly reference: string | null;

  constructor(message: string, facts: Facts = {}, reference: string | null = null) {
    super(message, facts);
    this.reference = reference;
  }
}
