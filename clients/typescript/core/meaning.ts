/** What an answer means: a typed one, a refusal, neither yes nor no. */

import { Fields, WrongShape, parsed } from "./answers.js";
import type { Json } from "./answers.js";
import * as errors from "./errors.js";
import { neverSent } from "./exchange.js";
import type { Ask, Reply } from "./exchange.js";
import { retryAfter } from "./patience.js";

type Refused = new (message: string, facts?: errors.Facts) => errors.RefusedError;

/** What a provider says of a refusal: its word for it, a sentence, and the field that is wrong, where it tells. */
export interface Complaint {
  readonly code: string | null;
  readonly message: string | null;
  readonly field: string | null;
  readonly kind: Refused | null;
}

type Complaining = (body: Json) => Complaint;

const BY_STATUS: ReadonlyMap<number, Refused> = new Map<number, Refused>([
  [400, errors.ValidationError],
  [401, errors.AuthError],
  [402, errors.MoneyError],
  [403, errors.PermissionDeniedError],
  [404, errors.NotFoundError],
  [405, errors.ValidationError],
  [409, errors.NotReadyError],
  [410, errors.NotFoundError],
  [413, errors.ValidationError],
  [415, errors.ValidationError],
  [416, errors.ValidationError],
  [422, errors.ValidationError],
  [429, errors.RateLimitError],
]);

/** A good answer, typed; throws RefusedError or BadAnswerError. */
export function typed<T>(reply: Reply, reader: (fields: Fields) => T, complaining: Complaining): T {
  if (!reply.response.ok) throw refusalOf(reply, complaining);
  try {
    return reader(new Fields(parsed(reply.text)));
  } catch (error) {
    if (!(error instanceof WrongShape)) throw error;
    const facts = { status: reply.response.status, body: reply.text, clause: clauseOf(reply), cause: error };
    throw new errors.BadAnswerError(`${named(reply)}: ${error.message}`, facts);
  }
}

/** What a refusal means. */
export function refusalOf(reply: Reply, complaining: Complaining): errors.RefusedError {
  const { status, statusText, headers } = reply.response;
  const body = jsonOrText(reply.text);
  const said = typeof body === "string" ? null : complaining(body);
  const kind = said?.kind ?? BY_STATUS.get(status) ?? (status >= 500 ? errors.ServerError : errors.RefusedError);
  return new kind(`${named(reply)}: ${said?.message || said?.code || statusText}`, {
    status, body, code: said?.code ?? null, field: said?.field ?? null,
    clause: clauseOf(reply), retryAfter: retryAfter(headers, body),
  });
}

/** What may be otherwise the next time. */
export function passes(error: unknown): boolean {
  return [errors.TransportError, errors.ServerError, errors.RateLimitError].some((kind) => error instanceof kind);
}

/** A clear no that may be a yes later. */
export function isNotYet(error: unknown): boolean {
  return error instanceof errors.RateLimitError || error instanceof errors.NotReadyError || neverSent(error);
}

/** Neither yes nor no. */
export function isUnclear(error: unknown): boolean {
  if (neverSent(error)) return false;
  if (!(error instanceof errors.RefusedError)) return true;
  return error.status === null || error.status < 400 || error.status > 499;
}

/** What to throw where nobody knows whether a submission was accepted. */
export function lost(ask: Ask, why: unknown, reference: string | null): errors.LostAnswerError {
  const known = why instanceof errors.ClientError ? why : new errors.ClientError("");
  const { status, code, body, clause } = known;
  const text = why instanceof Error ? why.message : String(why);
  const facts = { status, code, body, clause, cause: why };
  return new errors.LostAnswerError(`${ask.method} ${ask.url} may have been accepted: ${text}`, facts, reference);
}

/** An answer, for sentences about it. */
export function named({ ask, response }: Reply): string {
  return `${ask.method} ${new URL(ask.url).pathname} answered ${response.status}`;
}

function clauseOf({ response }: Reply): string | null {
  return response.headers.get("x-mock-clause");
}

function jsonOrText(text: string): Json | string {
  try {
    return parsed(text);
  } catch {
    return text;
  }
}
