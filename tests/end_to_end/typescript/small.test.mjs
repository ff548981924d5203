// What the TypeScript clients do with answers that the mock does not give: a provider that answers as it is told.

import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { bucket, thrown } from "./kit.mjs";
import { Record, use } from "./record.mjs";

const { NanoGPT, ...errors } = await import(`../../../clients/typescript/nanogpt.${process.env.CLIENTS ?? "js"}`);

const EAGLE = { model: "veo2-video", prompt: "A majestic eagle" };
const FILM = Buffer.concat([Buffer.from("\0\0\0\x18ftypisom", "latin1"), Buffer.alloc(88, 7)]);
const LINK = "https://nano-gpt.com/media/nanogpt/vid_1/video.mp4";
const OTHER = Buffer.concat([Buffer.from("\0\0\0\x18ftypmp42", "latin1"), Buffer.alloc(40, 9)]);
let folder;
let place;
let record;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fauxreel-typescript-"));
  place = join(folder, "new", "film.mp4");
  record = new Record({ homes: ["https://nano-gpt.com"] });
  use(record);
});

afterEach(async () => {
  use(undefined);
  await record.close();
  await rm(folder, { recursive: true });
});

/** An act that leaves the contract in these places of its answer, and in no others: `off(json({}), "$.id")`. */
const off = (act, ...places) => ({ act, places });

/** What a link to another host is excused with; whose answers nobody describes. */
const elsewhere = (host) => void record.excused.push(["another host", "", `host ${host}`]);

/** A client of a provider that answers with these acts in turn: a Response, or an error that `fetch` throws. */
function client(acts, options = {}) {
  const asked = [];
  const pauses = [];
  let wrong;
  const act = async (url, init) => {
    asked.push({ url, ...init });
    const next = acts.shift();
    const said = next?.places ? next.act : next;
    wrong = next?.places ?? [];
    if (said instanceof Response) return said;
    wrong = ["none"];
    throw said ?? new Error("nobody has told what to answer");
  };
  const sleep = async (seconds) => void pauses.push(seconds);
  const fetch = record.recorded(act, () => ({ off: wrong }));
  const nano = new NanoGPT("sk", { fetch, sleep, now: () => 0, random: () => 0, ...options });
  return { nano, asked, pauses };
}

const JSON_TYPE = { "content-type": "application/json" };
const PAID = { "x-remaining-balance": "46.6", ...JSON_TYPE };
const json = (body, init) => new Response(JSON.stringify(body), { headers: JSON_TYPE, ...init });

/** The answer to an order, and to a poll. */
const accepted = (id = "vid_1", more = {}) => json({
  runId: id, id, status: "pending", model: "veo2-video", cost: 3.4, paymentSource: "USD", remainingBalance: 46.6,
  prechargeLabel: "Veo 2", ...more,
}, { status: 202, headers: PAID });
const polled = (status, more = {}) => json({
  requestId: "vid_1", model: "veo2-video", data: { status, requestId: "vid_1", ...more },
});
const going = () => polled("IN_PROGRESS", { details: "Video is being generated" });
const done = () => polled("COMPLETED", { output: { video: { url: LINK } } });
const LIMITED = { error: "Rate limit exceeded. Please wait before generating another video.", status: 429 };

/** What a file's answer says of it: the tag is left out where it should be. */
const FILE = { "content-type": "video/mp4", "accept-ranges": "bytes" };
const untagged = (act, headers, ...places) => off(act, ...(headers.etag ? [] : ["header etag"]), ...places);

/** A file's answer that breaks off after some bytes. */
function broken(bytes, headers, length) {
  const body = new ReadableStream({
    start: (pipe) => pipe.enqueue(new Uint8Array(bytes)),
    pull: (pipe) => pipe.error(new TypeError("terminated")),
  });
  const answer = new Response(body, { headers: { ...FILE, "content-length": String(length), ...headers } });
  return untagged(answer, headers, "broken");
}

const whole = (bytes, headers, ...places) => untagged(
  new Response(bytes, { headers: { ...FILE, "content-length": String(bytes.length), ...headers } }), headers, ...places,
);
const rest = (bytes, from, headers) => untagged(new Response(bytes.subarray(from), {
  status: 206,
  headers: { ...FILE, "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`, ...headers },
}), headers);
const oops = () => off(new Response("oops", { status: 500 }), "status");
const failed = (cause) => new TypeError("fetch failed", { cause });

test("a rest is asked for under the condition that the file is the same", async () => {
  const { nano, asked } = client([broken(FILM.subarray(0, 30), { etag: '"a"' }, 100), rest(FILM, 30, { etag: '"a"' })]);
  const steps = [];

  await nano.download(LINK, place, { onBytes: (...step) => steps.push(step) });

  assert.ok((await readFile(place)).equals(FILM));
  assert.deepEqual([asked[1].headers.range, asked[1].headers["if-range"]], ["bytes=30-", '"a"']);
  assert.deepEqual(steps, [[30, 100], [100, 100]]);
});

test("a file that breaks off within its first bytes goes on too", async () => {
  const { nano } = client([broken(FILM.subarray(0, 5), { etag: '"a"' }, 100), rest(FILM, 5, { etag: '"a"' })]);

  await nano.download(LINK, place);

  assert.ok((await readFile(place)).equals(FILM));
});

test("whoever ignores ranges sends the same file again, and nothing is doubled", async () => {
  for (const to of [place, bucket()]) {
    const { nano } = client([broken(FILM.subarray(0, 30), { etag: '"a"' }, 100), whole(FILM, { etag: '"a"' })]);

    await nano.download(LINK, to.stream ?? to);

    assert.ok((to.bytes ?? (await readFile(place))).equals(FILM));
  }
});

for (const [what, etags] of [["another file", ['"a"', '"b"']], ["a weak tag", ['W/"a"', 'W/"a"']], ["no tag", []]]) {
  test(`${what} begins a file anew, and breaks a stream`, async () => {
    const acts = () => [
      broken(FILM.subarray(0, 80), etags[0] ? { etag: etags[0] } : {}, 100),
      whole(OTHER, etags[1] ? { etag: etags[1] } : {}),
    ];
    const kept = bucket();

    await client(acts()).nano.download(LINK, place);
    const error = await thrown(
      errors.BrokenDownloadError, client(acts()).nano.download(LINK, kept.stream),
    );

    assert.ok((await readFile(place)).equals(OTHER));
    assert.match(error.message, /a stream cannot begin anew/);
    assert.equal(kept.aborted, error);
  });
}

test("a range that is not the one, or cannot be had, begins the file anew", async () => {
  for (const act of [
    rest(FILM, 40, {}),
    off(new Response(null, { status: 206 }), "header content-range", "header etag", "header content-type"),
    off(new Response("", { status: 416 }), "header content-range", "header content-type"),
  ]) {
    const { nano, asked } = client([broken(FILM.subarray(0, 30), { etag: '"a"' }, 100), act, whole(FILM, {})]);

    await nano.download(LINK, place);

    assert.ok((await readFile(place)).equals(FILM));
    assert.equal(asked[2].headers.range, undefined);
  }
});

test("a packed answer is measured by nobody, and a chunked one neither", async () => {
  const { nano } = client([
    whole(FILM, { "content-encoding": "gzip", "content-length": "9" }, "broken"),
    off(new Response(FILM), "header accept-ranges", "header etag", "header content-type"),
    off(
      new Response(FILM, { status: 206, headers: { "content-range": "bytes 0-99/*" } }),
      "header content-range", "header etag", "header content-type",
    ),
  ]);

  for (let each = 0; each < 3; each++) {
    await nano.download(LINK, place);
    assert.ok((await readFile(place)).equals(FILM));
  }
});

test("an answer that ends early without an error is short all the same", async () => {
  const etag = { etag: '"a"' };
  const { nano, asked } = client([
    whole(FILM.subarray(0, 60), { ...etag, "content-length": "100" }, "broken"), rest(FILM, 60, etag),
  ]);

  await nano.download(LINK, place);

  assert.ok((await readFile(place)).equals(FILM));
  assert.equal(asked[1].headers.range, "bytes=60-");
});

for (const [what, bytes] of [["a page", Buffer.alloc(100, "<html>")], ["nearly nothing", Buffer.from("short")]]) {
  test(`${what} in place of a film is forgotten, and all of it asked for again`, async () => {
    const { nano, asked } = client([whole(bytes, { etag: '"a"' }), whole(FILM, { etag: '"a"' })]);

    await nano.download(LINK, place);

    assert.ok((await readFile(place)).equals(FILM));
    assert.equal(asked[1].headers.range, undefined);
  });
}

test("what is too short to be anything is no film", async () => {
  const { nano } = client(Array.from({ length: 4 }, () => whole(Buffer.from("short"), {})));

  const error = await thrown(errors.BrokenDownloadError, nano.download(LINK, place));

  assert.match(error.message, /no mp4, but "short"…/);
  assert.deepEqual(await readdir(join(folder, "new")), []);
});

test("a download that never gets on is given up", async () => {
  const { nano, pauses } = client(Array.from({ length: 4 }, () => failed(new Error("socket hang up"))));

  const error = await thrown(errors.BrokenDownloadError, nano.download(LINK, place));

  assert.match(error.message, /socket hang up/);
  assert.deepEqual(pauses, [10, 20, 40]);
});

test("a download that gets on is not, however often it breaks off", async () => {
  const etag = { etag: '"a"' };
  const piece = (from) => off(new Response(broken(FILM.subarray(from, from + 10), {}, 100).act.body, {
    status: 206, headers: { ...FILE, ...etag, "content-range": `bytes ${from}-99/100` },
  }), "broken");
  const { nano, pauses } = client([
    broken(FILM.subarray(0, 20), etag, 100), ...[20, 30, 40, 50, 60, 70].map(piece), rest(FILM, 80, etag),
  ]);

  await nano.download(LINK, place);

  assert.ok((await readFile(place)).equals(FILM));
  assert.deepEqual(pauses, Array(7).fill(10));
});

test("the key goes to the API, and not along where that leads elsewhere", async () => {
  const { nano, asked } = client([
    off(new Response(null, { status: 302, headers: { location: "https://files.example/film.mp4" } }), "status"),
    new Response(FILM),
  ]);
  elsewhere("files.example");

  await nano.download("/api/generate-video/content?runId=vid_1&model=sora-2", place);

  assert.equal(asked[0].url, "https://nano-gpt.com/api/generate-video/content?runId=vid_1&model=sora-2");
  assert.deepEqual(asked.map((each) => [each.headers["x-api-key"], each.redirect]), [["sk", "manual"], [undefined, "manual"]]);
});

test("a circle of redirects is left", async () => {
  const { nano, asked } = client(Array.from({ length: 9 }, () => (
    off(new Response(null, { status: 302, headers: { location: LINK } }), "status")
  )));

  await thrown(errors.RefusedError, nano.download("/api/generate-video/content?runId=vid_1&model=sora-2", place));

  assert.equal(asked.length, 6);
});

test("a stream that fails is the reader's own trouble", async () => {
  const full = new Error("the disk is full");
  const { nano, asked } = client([whole(FILM, {})]);
  const stream = new WritableStream({ write: () => Promise.reject(full) });

  await assert.rejects(nano.download(LINK, stream), full);

  assert.equal(asked.length, 1);
});

test("a place that cannot be written to is told before anything is fetched", async () => {
  const { nano, asked } = client([]);

  await assert.rejects(nano.download(LINK, folder + "\0"), { code: "ERR_INVALID_ARG_VALUE" });

  assert.equal(asked.length, 0);
});

for (const cause of [
  Object.assign(new Error("connect ECONNREFUSED"), { syscall: "connect" }),
  Object.assign(new Error("getaddrinfo ENOTFOUND"), { syscall: "getaddrinfo" }),
  Object.assign(new Error("slow"), { code: "UND_ERR_CONNECT_TIMEOUT" }),
  new AggregateError([Object.assign(new Error("v6"), { syscall: "connect" }), Object.assign(new Error("v4"), { syscall: "connect" })]),
]) {
  test(`an order is sent again if there was no connection: ${cause.message || cause.name}`, async () => {
    const { nano, pauses } = client([failed(cause), failed(cause), accepted("vid_1", { cost: 0.1 })]);

    const order = await nano.generateVideo(EAGLE);

    assert.deepEqual([order.runId, order.cost, pauses], ["vid_1", "0.1", [10, 20]]);
  });
}

for (const [what, act] of [
  ["a reset", failed(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" }))],
  ["a browser that does not say", new TypeError("Failed to fetch")],
  ["one address that was reached", failed(new AggregateError([Object.assign(new Error(), { syscall: "connect" }), new Error()]))],
  ["what is no error at all", "no"],
  ["a redirect", off(new Response(null, { status: 302, headers: { location: "/" } }), "status")],
  ["a 5xx", oops()],
  ["an answer without an id", off(accepted("vid_1", { runId: undefined, id: undefined }), "$.runId", "$.id")],
  ["a list", off(json([], { status: 202, headers: PAID }), "$")],
]) {
  test(`an order is lost after ${what}`, async () => {
    const { nano, asked } = client([act]);

    const lost = await thrown(errors.LostAnswerError, nano.generateVideo({ ...EAGLE, conversationUUID: "mine" }));

    assert.equal(lost.reference, "mine");
    assert.equal(asked.length, 1);
  });
}

test("who is not ready is asked again", async () => {
  const { nano, pauses } = client([
    off(json({ error: "wait", retryAfter: 70 }, { status: 409 }), "status"),
    off(accepted("vid_1", { runId: undefined }), "$.runId"),
  ]);

  assert.equal((await nano.generateVideo(EAGLE)).runId, "vid_1");
  assert.deepEqual(pauses, [70]);
});

test("Retry-After is honoured in seconds, and a date counts as nothing", async () => {
  const limited = (headers) => off(json(LIMITED, { status: 429, headers: { ...JSON_TYPE, ...headers } }), "status");
  const { nano, pauses } = client([
    limited({ "retry-after": "12.5" }), limited({ "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }), limited({}),
    json({ usd_balance: "1", nano_balance: "0", nanoDepositAddress: `nano_1${"3".repeat(59)}` }),
  ]);

  await nano.checkBalance();

  assert.deepEqual(pauses, [12.5, 20, 40]);
});

test("fields that nobody knows are kept, and odd ones do not matter", async () => {
  const { nano } = client([
    off(
      json({ data: { status: "Completed", output: { video: { url: "a.mp4" } }, cost: "3.40", mood: "calm" }, model: 7, new: [1] }),
      "$.new", "$.requestId", "$.model", "$.data.requestId", "$.data.status", "$.data.output", "$.data.cost", "$.data.mood",
    ),
    off(
      json({ usd_balance: true, nano_balance: "none", nanoDepositAddress: null }),
      "$.usd_balance", "$.nano_balance", "$.nanoDepositAddress",
    ),
    off(
      json({ data: [{ id: "vid_1" }, "odd"] }), "$.data[1]",
      ...["runId", "model", "status", "createdAt", "conversationUUID"].map((name) => `$.data[0].${name}`),
    ),
    off(json({ data: 5 }), "$.object", "$.data"),
  ]);

  const status = await nano.videoStatus("vid_1");

  assert.deepEqual(status.extra, { new: [1], data: { mood: "calm" } });
  assert.deepEqual([status.state, status.cost, status.model, status.url], ["done", "3.40", null, "https://nano-gpt.com/a.mp4"]);
  assert.deepEqual(await nano.checkBalance(), { usdBalance: null, nanoBalance: null, nanoDepositAddress: null, extra: {} });
  assert.deepEqual((await nano.recoverVideos()).map((job) => job.runId), ["vid_1"]);
  assert.deepEqual(await nano.listModels(), []);
});

const FAILURE = { error: "Video generation failed", isNSFWError: false, userFriendlyError: "It broke." };
for (const [word, state, more] of [
  ["COMPLETED", "done", { output: { video: { url: LINK } } }], ["completed", "done"], ["succeeded", "done"],
  ["CANCELED", "cancelled", {}], ["CANCELLED", "cancelled"], ["FAILED", "failed", FAILURE], ["error", "failed"],
  ["IN_QUEUE", "going", {}], ["something new", "going"],
]) {
  test(`${word} means ${state}`, async () => {
    const { nano } = client([more ? polled(word, more) : off(polled(word), "$.data.status")]);

    assert.equal((await nano.videoStatus("vid_1")).state, state);
  });
}

test("an answer without a status is no answer, and the waiting goes on", async () => {
  const { nano, pauses } = client([
    off(json({ requestId: "vid_1", model: "veo2-video", data: {} }), "$.data.status", "$.data.requestId"),
    off(new Response("<html>"), "header content-type"), going(), done(),
  ]);

  assert.equal((await nano.wait("vid_1")).state, "done");
  assert.deepEqual(pauses, [10, 20, 5]);
});

test("a mistake of whoever watches is no disturbance", async () => {
  const { nano, asked } = client([going()]);
  const mistake = new RangeError("in the app");

  await assert.rejects(nano.wait("vid_1", { onProgress: () => { throw mistake; } }), mistake);

  assert.equal(asked.length, 1);
});

test("what is read is tried four times", async () => {
  const { nano, asked } = client(Array.from({ length: 9 }, oops));

  const error = await thrown(errors.ServerError, nano.checkBalance());

  assert.deepEqual([asked.length, error.body], [4, "oops"]);
});

test("a real pause ends when it is aborted, or when it is over", async () => {
  const controller = new AbortController();
  const { nano } = client([going(), done()], {
    sleep: undefined, now: undefined, patience: { interval: 0.001 },
  });
  const stopped = client([going()], { sleep: undefined, now: undefined });

  assert.equal((await nano.wait("vid_1", { signal: controller.signal })).state, "done");
  const waiting = stopped.nano.wait("vid_1", { signal: controller.signal });
  setTimeout(() => controller.abort(), 20);

  await assert.rejects(waiting, { name: "AbortError" });
});

test("a client is made with an address and a header that can be", () => {
  assert.throws(() => new NanoGPT("sk", { baseUrl: "no address" }), TypeError);
  assert.throws(() => new NanoGPT("sk", { keyHeader: "cookie" }), /one of x-api-key, authorization/);
  assert.deepEqual(new NanoGPT("sk").patience, { interval: 5, total: 600, factor: 2, cap: 60, jitter: 0.1, tries: 4 });
});
