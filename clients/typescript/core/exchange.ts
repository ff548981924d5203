/** One exchange over `fetch`: what is asked, what comes back, and what can be told of a failure. */

import type { Arrival } from "./downloads.js";
import { ClientError, TransportError } from "./errors.js";

/** `fetch`, or what stands in its place. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request. */
export interface Ask {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether `fetch` may follow redirects by itself: never where the key goes along. */
  readonly follow?: boolean;
}

/** Its answer; `text` is empty where the body went into an arrival. */
export interface Reply {
  readonly ask: Ask;
  readonly response: Response;
  readonly text: string;
}

/** The patience for a single exchange: seconds until it begins or goes on, and the caller's own signal. */
export interface Limits {
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** Send a request; throws TransportError where no answer comes, and the signal's reason where it was aborted. */
export async function exchange(send: Fetch, ask: Ask, limits: Limits, arrival?: Arrival): Promise<Reply> {
  const watch = new Watch(ask, limits);
  try {
    const init = { method: ask.method, headers: ask.headers, redirect: ask.follow ? "follow" : "manual" } as const;
    const body = ask.body === undefined ? {} : { body: ask.body };
    const response = await watch.over(send(ask.url, { ...init, ...body, signal: watch.signal }));
    if (arrival === undefined || !response.ok) return { ask, response, text: await watch.over(response.text()) };
    if (!(await arrival.opens(response))) {
      watch.abort(); // nobody reads it
      return { ask, response, text: "" };
    }
    const reader = response.body?.getReader();
    for (let piece = await watch.over(reader?.read()); piece?.value; piece = await watch.over(reader?.read())) {
      await arrival.write(piece.value);
    }
    return { ask, response, text: "" };
  } catch (error) {
    watch.abort();
    throw error;
  } finally {
    watch.end();
  }
}

/** What ends an exchange that takes too long, or that nobody wants any more. */
class Watch {
  readonly #controller = new AbortController();
  readonly #ask: Ask;
  readonly #limits: Limits;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly abort = (): void => this.#controller.abort();

  constructor(ask: Ask, limits: Limits) {
    limits.signal?.throwIfAborted();
    this.#ask = ask;
    this.#limits = limits;
    limits.signal?.addEventListener("abort", this.abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Wait for the next part of an answer. */
  async over<T>(part: Promise<T>): Promise<T>;
  async over<T>(part: Promise<T> | undefined): Promise<T | undefined>;
  async over<T>(part: Promise<T> | undefined): Promise<T | undefined> {
    let late = false;
    this.#timer = setTimeout(() => {
      late = true;
      this.abort();
    }, this.#limits.timeout * 1000);
    try {
      return await part;
    } catch (error) {
      this.#limits.signal?.throwIfAborted();
      const why = late ? `nothing came for ${this.#limits.timeout} s` : told(error);
      throw new TransportError(`${this.#ask.method} ${this.#ask.url}: ${why}`, { cause: error });
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** Let go of the caller's signal. */
  end(): void {
    this.#limits.signal?.removeEventListener("abort", this.abort);
  }
}

/** What happened, in words: `fetch failed` has the better ones as its cause. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message || codeOf(error.cause) : "";
  return cause ? `${error.message}: ${cause}` : error.message;
}

/** Steps of making a connection, before a single byte is sent. */
const CONNECTING: readonly unknown[] = ["connect", "getaddrinfo"];
const NOT_CONNECTED: readonly unknown[] = ["UND_ERR_CONNECT_TIMEOUT", "ConnectionRefused"]; // of Node; of Bun

/**
 * Whether it is certain that the provider cannot have accepted anything, since there was no connection.
 *
 * Node and Bun tell; browsers keep it to themselves, and then it is not certain.
 */
export function neverSent(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  return [error.cause, (error.cause as { cause?: unknown } | undefined)?.cause].some(noConnection);
}

function noConnection(cause: unknown): boolean {
  if (typeof cause !== "object" || cause === null) return false;
  const { syscall, errors } = cause as { syscall?: unknown; errors?: unknown };
  if (Array.isArray(errors)) return errors.length > 0 && errors.every(noConnection); // one for each address
  return CONNECTING.includes(syscall) || NOT_CONNECTED.includes(codeOf(cause));
}

function codeOf(cause: object): string {
  return String((cause as { code?: unknown }).code ?? "");
}
