// Made of downloads.ts by "npm run build": change that one. 18f9e067c85512bc
/** Fetching a file whole: streamed beside its place, resumed where it broke off, checked, and only then put there. */
import { BadAnswerError, BrokenDownloadError } from "./errors.js";
/** Bytes at the beginning of a file that tell what it is. */
const HEAD = 12;
/** A file on its way. Nothing of it is written before its head shows what it is. */
export class Arrival {
    have = 0;
    total = null;
    #etag = null;
    #head = new Uint8Array(0);
    #known = false;
    #skip = 0;
    #sink;
    #kind;
    #watcher;
    constructor(sink, kind, watcher) {
        this.#sink = sink;
        this.#kind = kind;
        this.#watcher = watcher;
    }
    /** What asks for the rest, provided that the file is still the same; for all of it, if nothing is there yet. */
    headers() {
        const plain = { "accept-encoding": "identity" };
        if (this.have === 0 || this.#etag === null)
            return plain;
        return { ...plain, range: `bytes=${this.have}-`, "if-range": this.#etag };
    }
    /** Whether this is the file or its rest; what does not fit what is there begins it anew. */
    async opens(response) {
        if (response.status !== 200 && response.status !== 206)
            return false;
        const { begins, total } = extent(response);
        const etag = strongTag(response);
        this.#skip = begins === 0 && etag !== null && etag === this.#etag ? this.have : 0;
        if (this.#skip === 0 && begins !== this.have)
            await this.forget();
        if (begins !== 0 && begins !== this.have)
            return false;
        this.total = total;
        this.#etag = etag;
        return true;
    }
    /** Take a piece. Throws BadAnswerError if the file is of another kind. */
    async write(piece) {
        const skipped = Math.min(this.#skip, piece.length);
        this.#skip -= skipped;
        let chunk = piece.subarray(skipped);
        this.have += chunk.length;
        if (!this.#known) {
            this.#head = joined(this.#head, chunk);
            if (this.#head.length < HEAD)
                return;
            if (!looksLike(this.#head, this.#kind))
                throw new BadAnswerError(this.#otherKind());
            this.#known = true;
            chunk = this.#head;
        }
        if (chunk.length > 0)
            await this.#sink.write(chunk);
        this.#watcher?.(this.have, this.total);
    }
    /** Begin anew. */
    async forget() {
        if (this.#known)
            await this.#sink.restart();
        this.have = 0;
        this.total = null;
        this.#etag = null;
        this.#head = new Uint8Array(0);
        this.#known = false;
    }
    /** What is wrong with the file as it is now; null if it is whole. */
    flaw() {
        if (this.total !== null && this.have !== this.total)
            return `${this.have} of ${this.total} bytes`;
        return this.#known ? null : this.#otherKind();
    }
    #otherKind() {
        const head = String.fromCharCode(...this.#head.subarray(0, HEAD));
        return `no ${this.#kind}, but ${JSON.stringify(head)}…`;
    }
}
/** Open a target, have it filled, and keep it; where that throws, nothing is left there. */
export async function filling(target, fill) {
    const sink = typeof target === "string" ? await fileAt(target) : streamInto(target);
    try {
        await fill(sink);
        await sink.keep();
    }
    catch (error) {
        await sink.drop(error);
        throw error;
    }
}
/** A file that is `NAME.part` until it is whole. */
async function fileAt(place) {
    const [files, paths] = [await builtin("node:fs/promises"), await builtin("node:path")];
    const part = `${place}.part`;
    await files.mkdir(paths.dirname(place), { recursive: true });
    const file = await files.open(part, "w");
    let at = 0;
    return {
        async write(chunk) {
            for (let done = 0; done < chunk.length;) {
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
function streamInto(stream) {
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
/** A module of Node's own, loaded when it is needed: browsers have none, and bundlers are to leave it alone. */
export async function builtin(name) {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ name));
}
/** With which byte an answer begins (null: it does not say so) and how many the whole file has. */
function extent(response) {
    if (response.status === 206) {
        const found = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
        if (found === null)
            return { begins: null, total: null };
        return { begins: Number(found[1]), total: found[2] === "*" ? null : Number(found[2]) };
    }
    const length = response.headers.get("content-length") ?? "";
    const packed = response.headers.has("content-encoding"); // its length is not the file's
    return { begins: 0, total: /^\d+$/.test(length) && !packed ? Number(length) : null };
}
/** The entity tag, if it is one that promises the same bytes. */
function strongTag(response) {
    const etag = response.headers.get("etag") ?? "";
    return etag.startsWith('"') ? etag : null;
}
function joined(first, second) {
    const both = new Uint8Array(first.length + second.length);
    both.set(first);
    both.set(second, first.length);
    return both;
}
function looksLike(head, kind) {
    if (kind === "mp4")
        return String.fromCharCode(...head.subarray(4, 8)) === "ftyp";
    return head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
}
