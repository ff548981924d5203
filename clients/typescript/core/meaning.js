// Made of meaning.ts by "npm run build": change that one. 4d6c9f48cd0bedd2
/** What an answer means: a typed one, a refusal, neither yes nor no. */
import { Fields, WrongShape, parsed } from "./answers.js";
import * as errors from "./errors.js";
import { neverSent } from "./exchange.js";
import { retryAfter } from "./patience.js";
const BY_STATUS = new Map([
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
export function typed(reply, reader, complaining) {
    if (!reply.response.ok)
        throw refusalOf(reply, complaining);
    try {
        return reader(new Fields(parsed(reply.text)));
    }
    catch (error) {
        if (!(error instanceof WrongShape))
            throw error;
        const facts = { status: reply.response.status, body: reply.text, clause: clauseOf(reply), cause: error };
        throw new errors.BadAnswerError(`${named(reply)}: ${error.message}`, facts);
    }
}
/** What a refusal means. */
export function refusalOf(reply, complaining) {
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
export function passes(error) {
    return [errors.TransportError, errors.ServerError, errors.RateLimitError].some((kind) => error instanceof kind);
}
/** A clear no that may be a yes later. */
export function isNotYet(error) {
    return error instanceof errors.RateLimitError || error instanceof errors.NotReadyError || neverSent(error);
}
/** Neither yes nor no. */
export function isUnclear(error) {
    if (neverSent(error))
        return false;
    if (!(error instanceof errors.RefusedError))
        return true;
    return error.status === null || error.status < 400 || error.status > 499;
}
/** What to throw where nobody knows whether a submission was accepted. */
export function lost(ask, why, reference) {
    const known = why instanceof errors.ClientError ? why : new errors.ClientError("");
    const { status, code, body, clause } = known;
    const text = why instanceof Error ? why.message : String(why);
    const facts = { status, code, body, clause, cause: why };
    return new errors.LostAnswerError(`${ask.method} ${ask.url} may have been accepted: ${text}`, facts, reference);
}
/** An answer, for sentences about it. */
export function named({ ask, response }) {
    return `${ask.method} ${new URL(ask.url).pathname} answered ${response.status}`;
}
function clauseOf({ response }) {
    return response.headers.get("x-mock-clause");
}
function jsonOrText(text) {
    try {
        return parsed(text);
    }
    catch {
        return text;
    }
}
