// Made of client.ts by "npm run build": change that one. 188f4df70ae58632
/** The careful moves that all clients make: reading, paying, waiting, fetching. */
import { Arrival, filling } from "./downloads.js";
import * as errors from "./errors.js";
import { exchange } from "./exchange.js";
import { isNotYet, isUnclear, lost, named, passes, refusalOf, typed } from "./meaning.js";
import { pauseOf } from "./patience.js";
/** Redirects that are followed to a file. */
const HOPS = 5;
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
                return this.#typed(await this.#exchange(ask, call), reader);
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
                return this.#typed(await this.#exchange(ask, call), reader);
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
    waitFor(job, poll, reader, call) {
        return about(job, () => this.#polled(job, poll, reader, call));
    }
    async #polled(job, poll, reader, call) {
        const until = this.#now() + this.patience.total;
        let disturbances = 0;
        while (true) {
            let trouble;
            try {
                const status = this.#typed(await this.#exchange(poll, call), reader);
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
                throw new errors.WaitTimeoutError(`${job} goes on after ${this.patience.total} s`, { cause: trouble });
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
    #typed(reply, reader) {
        return typed(reply, reader, this.#provider.complaint);
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
        const refusal = refusalOf(reply, this.#provider.complaint);
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
/** Do something of which errors are to tell which job they are about. */
export async function about(job, work) {
    try {
        return await work();
    }
    catch (error) {
        if (error instanceof errors.ClientError)
            error.jobId = job;
        throw error;
    }
}
/** What tells the progress of a download to whoever follows the job. */
export function watching(onProgress, job, status) {
    return onProgress && ((bytesDone, bytesTotal) => onProgress({ job, status: status.status, percent: status.percent, bytesDone, bytesTotal }));
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
