// Made of client.ts by "npm run build": change that one. 54b496576b45f781
/** The careful moves that all clients make: reading, paying, waiting, fetching. */
import { Fields, WrongShape, parsed } from "./answers.js";
import { Arrival, filling } from "./downloads.js";
import * as errors from "./errors.js";
import { exchange, neverSent } from "./exchange.js";
import { pauseOf, retryAfter } from "./patience.js";
/** Redirects that are followed to a file. */
const HOPS = 5;
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
/** A client of one provider; its classes are in `nanogpt.ts` and `nouvel.ts`. */
export class Client {
    base;
    auth;
    random;
    patience;
    #provider;
    #send;
    #sleep;
    #now;
    #timeout;
    constructor(provider, key, options) {
        const header = options.keyHeader ?? provider.keyHeaders[0];
        if (!provider.keyHeaders.includes(header)) {
            throw new TypeError(`the key goes into one of ${provider.keyHeaders.join(", ")}`);
        }
        this.auth = { [header]: header === "authorization" ? `Bearer ${key}` : key };
        this.base = new URL(options.baseUrl ?? provider.home).href.replace(/\/+$/, "");
        this.patience = { ...provider.patience, ...options.patience };
        this.random = options.random ?? Math.random;
        this.#provider = provider;
        this.#send = options.fetch ?? ((url, init) => fetch(url, init));
        this.#sleep = options.sleep ?? slept;
        this.#now = options.now ?? (() => performance.now() / 1000);
        this.#timeout = options.timeout ?? 60;
    }
    /** A request to the provider, with the key; parameters that are null or undefined are left out. */
    ask(method, path, params = {}, json) {
        const url = this.at(path, params);
        if (json === undefined)
            return { method, url, headers: this.auth };
        const headers = { ...this.auth, "content-type": "application/json" };
        return { method, url, headers, body: JSON.stringify(json) };
    }
    /** An address of the provider. */
    at(path, params = {}) {
        const query = new URLSearchParams();
        for (const [name, value] of Object.entries(params)) {
            if (value !== null && value !== undefined)
                query.set(name, String(value));
        }
        return this.base + path + (query.toString() && `?${query.toString()}`);
    }
    /** A link as the provider gives it, made absolute. */
    link(url) {
        return new URL(url, `${this.base}/`).href;
    }
    /** Send what costs nothing and may be sent twice, again if it is disturbed; give the typed answer. */
    async read(ask, reader, call) {
        for (let attempt = 1;; attempt++) {
            try {
                return this.#read(await this.#exchange(ask, call), reader);
            }
            catch (error) {
                if (!passes(error))
                    throw error;
                await this.#beforeNext(attempt, error, call);
            }
        }
    }
    /**
     * Send what costs money: again only when it is certain that it was not accepted.
     *
     * That is so when no connection was made, and when the answer is 429 or says that something is not ready. Whatever else
     * is not a clear refusal throws LostAnswerError, an abort on the way too.
     */
    async pay(ask, reader, reference, call) {
        for (let attempt = 1;; attempt++) {
            call.signal?.throwIfAborted();
            try {
                return this.#read(await this.#exchange(ask, call), reader);
            }
            catch (error) {
                if (isUnclear(error))
                    throw lost(ask, error, reference);
                if (!isNotYet(error))
                    throw error;
                await this.#beforeNext(attempt, error, call);
            }
        }
    }
    /**
     * Poll until the job ends, and give its last status; throws JobError if it ended badly.
     *
     * Disturbances make the pauses longer and end nothing: the job is paid for. Throws WaitTimeoutError when the next poll
     * would come after `patience.total`.
     */
    async waitFor(job, poll, reader, call) {
        const until = this.#now() + this.patience.total;
        let disturbances = 0;
        while (true) {
            let trouble;
            try {
                const status = this.#read(await this.#exchange(poll, call), reader);
                disturbances = 0;
                call.onProgress?.({ job, status: status.status, percent: status.percent, bytesDone: 0, bytesTotal: null });
                if (status.state !== "going")
                    return endedWell(job, status);
            }
            catch (error) {
                if (!passes(error))
                    throw error;
                trouble = error;
                disturbances += 1;
            }
            const seconds = this.#seconds(disturbances, trouble);
            if (this.#now() + seconds > until) {
                throw new errors.WaitTimeoutError(`${job} goes on after ${this.patience.total} s`, job, trouble);
            }
            await this.pause(seconds, call);
        }
    }
    /**
     * Fetch a file: to a path, where it is when it is whole and nothing is left otherwise, or into a stream.
     *
     * `keyed` sends the key along. Throws ResultExpiredError, BrokenDownloadError or RefusedError.
     */
    async file(url, to, kind, keyed, call) {
        call.signal?.throwIfAborted();
        await filling(to, (sink) => this.#pieces(url, new Arrival(sink, kind, call.onBytes), keyed, call));
        return to;
    }
    /** Do nothing for some seconds. */
    async pause(seconds, call) {
        call.signal?.throwIfAborted();
        await this.#sleep(seconds, call.signal);
        call.signal?.throwIfAborted();
    }
    /** Pause before a request is sent again; throws what kept it from being answered where patience is over. */
    async #beforeNext(attempt, error, call) {
        const seconds = this.#seconds(attempt, error);
        if (attempt >= this.patience.tries || seconds > this.patience.total)
            throw error;
        await this.pause(seconds, call);
    }
    #seconds(disturbances, error) {
        const asked = error instanceof errors.RefusedError ? error.retryAfter : null;
        return pauseOf(this.patience, disturbances, this.random(), asked);
    }
    #exchange(ask, call, arrival) {
        return exchange(this.#send, ask, { timeout: this.#timeout, signal: call.signal }, arrival);
    }
    /** A good answer, typed; throws RefusedError or BadAnswerError. */
    #read(reply, reader) {
        if (!reply.response.ok)
            throw this.#refusal(reply);
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
    #refusal(reply) {
        const { status, statusText, headers } = reply.response;
        const body = jsonOrText(reply.text);
        const said = typeof body === "string" ? null : this.#provider.complaint(body);
        const kind = said?.kind ?? BY_STATUS.get(status) ?? (status >= 500 ? errors.ServerError : errors.RefusedError);
        return new kind(`${named(reply)}: ${said?.message || said?.code || statusText}`, {
            status, body, code: said?.code ?? null, field: said?.field ?? null,
            clause: clauseOf(reply), retryAfter: retryAfter(headers, body),
        });
    }
    async #pieces(url, arrival, keyed, call) {
        const until = this.#now() + this.patience.total;
        let tries = 0;
        while (true) {
            const before = arrival.have;
            const trouble = await this.#piece(url, arrival, keyed, call);
            if (trouble === null)
                return;
            tries = arrival.have > before ? 1 : tries + 1;
            const seconds = this.#seconds(tries, trouble);
            if (tries >= this.patience.tries || this.#now() + seconds > until) {
                const facts = { status: trouble.status, cause: trouble };
                throw new errors.BrokenDownloadError(`${url}: ${trouble.message}`, facts);
            }
            await this.pause(seconds, call);
        }
    }
    /** Fetch what is missing; give what went wrong and may go better next time. */
    async #piece(url, arrival, keyed, call) {
        let reply;
        try {
            reply = await this.#located(url, arrival, keyed, call);
        }
        catch (error) {
            if (!(error instanceof errors.TransportError) || error instanceof errors.BrokenDownloadError)
                throw error;
            if (error instanceof errors.BadAnswerError)
                await arrival.forget();
            return error;
        }
        if (!reply.response.ok) {
            if (reply.response.status === 416)
                await arrival.forget();
            return this.#noFile(reply, keyed);
        }
        const flaw = arrival.flaw();
        if (flaw === null)
            return null;
        if (arrival.have === arrival.total)
            await arrival.forget();
        return new errors.BadAnswerError(flaw, { status: reply.response.status });
    }
    /** Ask for a file wherever redirects lead; the key is for the provider alone. */
    async #located(url, arrival, keyed, call) {
        let ask = { method: "GET", url, headers: { ...arrival.headers(), ...(keyed ? this.auth : {}) }, follow: !keyed };
        for (let hop = 0;; hop++) {
            const reply = await this.#exchange(ask, call, arrival);
            const location = reply.response.headers.get("location");
            if (location === null || reply.response.status < 300 || reply.response.status > 399 || hop === HOPS)
                return reply;
            ask = { method: "GET", url: new URL(location, ask.url).href, headers: arrival.headers() };
        }
    }
    #noFile(reply, keyed) {
        const refusal = this.#refusal(reply);
        if (passes(refusal) || refusal.status === 416)
            return refusal;
        const gone = refusal instanceof errors.PermissionDeniedError || refusal instanceof errors.NotFoundError;
        if (gone && !keyed)
            throw new errors.ResultExpiredError(`${named(reply)}: the link does not work any more`, refusal);
        throw refusal;
    }
}
/** A last status, if it is a good one; throws JobError otherwise. */
function endedWell(job, status) {
    const text = `${job} ended as ${status.status}${status.complaint ? `: ${status.complaint}` : ""}`;
    if (status.state === "failed") {
        throw status.moderated ? new errors.JobModeratedError(text, status) : new errors.JobFailedError(text, status);
    }
    if (status.state === "cancelled")
        throw new errors.JobCancelledError(text, status);
    return status;
}
/** What tells the progress of a download to whoever follows the job. */
export function watching(onProgress, job, status) {
    return onProgress && ((bytesDone, bytesTotal) => onProgress({ job, status: status.status, percent: status.percent, bytesDone, bytesTotal }));
}
/** What may be otherwise the next time. */
function passes(error) {
    return [errors.TransportError, errors.ServerError, errors.RateLimitError].some((kind) => error instanceof kind);
}
/** A clear no that may be a yes later. */
function isNotYet(error) {
    return error instanceof errors.RateLimitError || error instanceof errors.NotReadyError || neverSent(error);
}
/** Neither yes nor no. */
function isUnclear(error) {
    if (neverSent(error))
        return false;
    if (!(error instanceof errors.RefusedError))
        return true;
    return error.status === null || error.status < 400 || error.status > 499;
}
function lost(ask, why, reference) {
    const known = why instanceof errors.ClientError ? why : new errors.ClientError("");
    const { status, code, body, clause } = known;
    const text = why instanceof Error ? why.message : String(why);
    const facts = { status, code, body, clause, cause: why };
    return new errors.LostAnswerError(`${ask.method} ${ask.url} may have been accepted: ${text}`, facts, reference);
}
function named({ ask, response }) {
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
/** Wait for real seconds. */
function slept(seconds, signal) {
    return new Promise((resolve, reject) => {
        const stop = () => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", stop);
            resolve();
        }, seconds * 1000);
        signal?.addEventListener("abort", stop, { once: true });
    });
}
