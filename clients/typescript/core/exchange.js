// Made of exchange.ts by "npm run build": change that one. 22a341e5c78b8d29
/** One exchange over `fetch`: what is asked, what comes back, and what can be told of a failure. */
import { ClientError, TransportError } from "./errors.js";
/** Send a request; throws TransportError where no answer comes, and the signal's reason where it was aborted. */
export async function exchange(send, ask, limits, arrival) {
    const watch = new Watch(ask, limits);
    try {
        const init = { method: ask.method, headers: ask.headers, redirect: ask.follow ? "follow" : "manual" };
        const body = ask.body === undefined ? {} : { body: ask.body };
        const response = await watch.over(send(ask.url, { ...init, ...body, signal: watch.signal }));
        if (arrival === undefined || !response.ok)
            return { ask, response, text: await watch.over(response.text()) };
        if (!(await arrival.opens(response))) {
            watch.abort(); // nobody reads it
            return { ask, response, text: "" };
        }
        const reader = response.body?.getReader();
        for (let piece = await watch.over(reader?.read()); piece?.value; piece = await watch.over(reader?.read())) {
            await arrival.write(piece.value);
        }
        return { ask, response, text: "" };
    }
    catch (error) {
        watch.abort();
        throw error;
    }
    finally {
        watch.end();
    }
}
/** What ends an exchange that takes too long, or that nobody wants any more. */
class Watch {
    #controller = new AbortController();
    #ask;
    #limits;
    #timer;
    abort = () => this.#controller.abort();
    constructor(ask, limits) {
        limits.signal?.throwIfAborted();
        this.#ask = ask;
        this.#limits = limits;
        limits.signal?.addEventListener("abort", this.abort);
    }
    get signal() {
        return this.#controller.signal;
    }
    async over(part) {
        let late = false;
        this.#timer = setTimeout(() => {
            late = true;
            this.abort();
        }, this.#limits.timeout * 1000);
        try {
            return await part;
        }
        catch (error) {
            this.#limits.signal?.throwIfAborted();
            const why = late ? `nothing came for ${this.#limits.timeout} s` : told(error);
            throw new TransportError(`${this.#ask.method} ${this.#ask.url}: ${why}`, { cause: error });
        }
        finally {
            clearTimeout(this.#timer);
        }
    }
    /** Let go of the caller's signal. */
    end() {
        this.#limits.signal?.removeEventListener("abort", this.abort);
    }
}
/** What happened, in words: `fetch failed` has the better ones as its cause. */
function told(error) {
    if (!(error instanceof Error))
        return String(error);
    const cause = error.cause instanceof Error ? error.cause.message || codeOf(error.cause) : "";
    return cause ? `${error.message}: ${cause}` : error.message;
}
/** Steps of making a connection, before a single byte is sent. */
const CONNECTING = ["connect", "getaddrinfo"];
const NOT_CONNECTED = ["UND_ERR_CONNECT_TIMEOUT", "ConnectionRefused"]; // of Node; of Bun
/**
 * Whether it is certain that the provider cannot have accepted anything, since there was no connection.
 *
 * Node and Bun tell; browsers keep it to themselves, and then it is not certain.
 */
export function neverSent(error) {
    if (!(error instanceof ClientError))
        return false;
    return [error.cause, error.cause?.cause].some(noConnection);
}
function noConnection(cause) {
    if (typeof cause !== "object" || cause === null)
        return false;
    const { syscall, errors } = cause;
    if (Array.isArray(errors))
        return errors.length > 0 && errors.every(noConnection); // one for each address
    return CONNECTING.includes(syscall) || NOT_CONNECTED.includes(codeOf(cause));
}
function codeOf(cause) {
    return String(cause.code ?? "");
}
