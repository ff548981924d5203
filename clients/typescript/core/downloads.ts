/** Fetching a file whole: streamed beside its place, resumed where it broke off, checked, and only then put there. */

import { BadAnswerError, BrokenDownloadError } from "./errors.js";

/** What a file should be. */
export type Kind = "mp4" | "jpeg";

/** Where a file goes: a path, for which Node's file system is loaded when it is needed, or a stream. */
export type Target = string | WritableStream<Uint8Array>;

/** Is told how many bytes are there, and how many there will be, if that is known. */
export type Watcher = (done: number, total: number | null) => void;

/** Bytes at the beginning of a file that tell what it is. */
const HEAD = 12;

/** Where the bytes of an arrival are put. */
interface Sink {
  write(chunk: Uint8Array): Promise<void>;
  /** Take back all that was written. Throws BrokenDownloadError where that cannot be done. */
  restart(): Promise<void>;
  /** The file is whole. */
  keep(): Promise<void>;
  /** There will be no file. */
  drop(why: unknown): Promise<void>;
}

/** A file on its way. Nothing of it is written before its head shows what it is. */
export class Arrival {
  have = 0;
  total: number | null = null;
  #etag: string | null = null;
  #head: Uint8Array = new Uint8Array(0);
  #known = false;
  #skip = 0;
  readonly #sink: Sink;
  readonly #kind: Kind;
  readonly #watcher: Watcher | undefined;

  constructor(sink: Sink, kind: Kind, watcher?: Watcher) {
    this.#sink = sink;
    this.#kind = kind;
    this.#watcher = watcher;
  }

  /** What asks for the rest, provided that the file is still the same; for all of it, if nothing is there yet. */
  headers(): Record<string, string> {
    const plain = { "accept-encoding": "identity" };
    if (this.have === 0 || this.#etag === null) return plain;
    return { ...plain, range: `bytes=${this.have}-`, "if-range": this.#etag };
  }

  /** Whether this is the file or its rest; what does not fit what is there begins it anew. */
  async opens(response: Response): Promise<boolean> {
    if (response.status !== 200 && response.status !== 206) return false;
    const { begins, total } = extent(response);
    const etag = strongTag(response);
    this.#skip = begins === 0 && etag !== null && etag === this.#etag ? this.have : 0;
    if (this.#skip === 0 && begins !== this.have) await this.forget();
    if (begins !== 0 && begins !== this.have) return false;
    this.total = total;
    this.#etag = etag;
    return true;
  }

  /** Take a piece. Throws BadAnswerError if the file is of another kind. */
  async write(piece: Uint8Array): Promise<void> {
    const skipped = Math.min(this.#skip, piece.length);
    this.#skip -= skipped;
    let chunk = piece.subarray(skipped);
    this.have += chunk.length;
    if (!this.#known) {
      this.#head = joined(this.#head, chunk);
      if (this.#head.length < HEAD) return;
      if (!looksLike(this.#head, this.#kind)) throw new BadAnswerError(this.#otherKind());
      this.#known = true;
      chunk = this.#head;
    }
    if (chunk.length > 0) await this.#sink.write(chunk);
    this.#watcher?.(this.have, this.total);
  }

  /** Begin anew. */
  async forget(): Promise<void> {
    if (this.#known) await this.#sink.restart();
    this.have = 0;
    this.total = null;
    this.#etag = null;
    this.#head = new Uint8Array(0);
    this.#known = false;
  }

  /** What is wrong with the file as it is now; null if it is whole. */
  flaw(): string | null {
    if (this.total !== null && this.have !== this.total) return `${this.have} of ${this.total} bytes`;
    return this.#known ? null : this.#otherKind();
  }

  #otherKind(): string {
    const head = String.fromCharCode(...this.#head.subarray(0, HEAD));
    return `no ${this.#kind}, but ${JSON.stringify(head)}…`;
  }
}

/** Open a target, have it filled, and keep it; where that throws, nothing is left there. */
export async function filling(target: Target, fill: (sink: Sink) => Promise<void>): Promise<void> {
  const sink = typeof target === "string" ? await fileAt(target) : streamInto(target);
  try {
    await fill(sink);
    await sink.keep();
  } catch (error) {
    await sink.drop(error);
    throw error;
  }
}

/** A file that is `NAME.part` until it is whole. */
async function fileAt(place: string): Promise<Sink> {
  const [files, paths] = [await builtin<Files>("node:fs/promises"), await builtin<Paths>("node:path")];
  const part = `${place}.part`;
  await files.mkdir(paths.dirname(place), { recursive: true });
  const file = await files.open(part, "w");
  let at = 0;
  return {
    async write(chunk) {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at);
        done += bytesWritten;
        at += bytesWritten;
      }
    },
    async restart() {
      await file.truncate(0);
      at = 0;
    },
    async keep() {
      await file.close();
      await files.rename(part, place);
    },
    async drop() {
      await file.close().catch(() => undefined); // it may be closed already
      await files.rm(part, { force: true });
    },
  };
}

/** A stream, which is closed when the file is whole, and aborted with the error otherwise. */
function streamInto(stream: WritableStream<Uint8Array>): Sink {
  const writer = stream.getWriter();
  return {
    write: (chunk) => writer.write(chunk),
    async restart() {
      throw new BrokenDownloadError("the file has changed on the way, and a stream cannot begin anew");
    },
    keep: () => writer.close(),
    drop: (why) => writer.abort(why).catch(() => undefined), // the reader may have gone
  };
}

/** The part of Node's file system that is used, so that nobody needs @types/node for it. */
interface Files {
  mkdir(path: string, how: { recursive: true }): Promise<unknown>;
  open(path: string, flags: string): Promise<Handle>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, how: { force: true }): Promise<void>;
}

interface Handle {
  write(chunk: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

interface Paths {
  dirname(path: string): string;
}

/** A module of Node's own, loaded when it is needed: browsers have none, and bundlers are to leave it alone. */
export async function builtin<T>(name: string): Promise<T> {
  return (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as T;
}

/** With which byte an answer begins (null: it does not say so) and how many the whole file has. */
function extent(response: Response): { begins: number | null; total: number | null } {
  if (response.status === 206) {
    const found = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
    if (found === null) return { begins: null, total: null };
    return { begins: Number(found[1]), total: found[2] === "*" ? null : Number(found[2]) };
  }
  const length = response.headers.get("content-length") ?? "";
  const packed = response.headers.has("content-encoding"); // its length is not the file's
  return { begins: 0, total: /^\d+$/.test(length) && !packed ? Number(length) : null };
}

/** The entity tag, if it is one that promises the same bytes. */
function strongTag(response: Response): string | null {
  const etag = response.headers.get("etag") ?? "";
  return etag.startsWith('"') ? etag : null;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function looksLike(head: Uint8Array, kind: Kind): boolean {
  if (kind === "mp4") return String.fromCharCode(...head.subarray(4, 8)) === "ftyp";
  return head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
}
