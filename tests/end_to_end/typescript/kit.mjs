// What the tests of the TypeScript clients share: a sandbox whose time goes on while a client sleeps.

import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sandbox } from "../../../docs/examples/javascript/fauxreel.js";
import { Record, use } from "./record.mjs";

/**
 * Run a test in a sandbox and a folder of its own; at the end the conduct report has nothing but what is `expected`.
 *
 * With `speed` time runs so fast by itself, and a client sleeps for real; otherwise it stands, and is moved by sleeping.
 * `excused` says what is wrong on purpose, for the contract guard: `["a wrong request", "POST /v1/video", "request $.prompt"]`.
 */
export function staged(test, { speed, expected = [], excused = [], ...terms } = {}) {
  return async () => {
    const box = await sandbox({ clock: speed ? { mode: "scaled", speed } : "frozen", ...terms });
    const folder = await mkdtemp(join(tmpdir(), "fauxreel-typescript-"));
    const record = new Record({ homes: [box.url], settings: terms.settings, excused });
    use(record);
    try {
      await test(new Stage(box, folder, speed, record));
      await record.close((await box.control("GET", "requests?limit=1000")).items.reverse());
      const { items } = await box.control("GET", "conduct");
      assert.deepEqual(items.map((finding) => finding.id), expected, JSON.stringify(items, null, 2));
    } finally {
      use(undefined);
      await rm(folder, { recursive: true });
      await box.close();
    }
  };
}

class Stage {
  elapsed = 0;
  /** Seconds that pass before a video is fetched. */
  late = 0;
  pauses = [];
  /** Method, path and status of each exchange, in order. */
  asked = [];
  /** The headers of each request, in order. */
  sent = [];

  constructor(box, folder, speed, record) {
    Object.assign(this, { box, folder, speed, record });
  }

  /** What makes a client one of this stage. */
  options(more = {}) {
    if (more.baseUrl) this.record.homes.push(more.baseUrl);
    return {
      baseUrl: this.box.url,
      random: () => 0.5,
      now: this.speed ? () => (performance.now() / 1000) * this.speed : () => this.elapsed,
      sleep: (seconds) => this.sleep(seconds),
      fetch: (url, init) => this.fetch(url, init),
      ...more,
    };
  }

  async sleep(seconds) {
    this.pauses.push(seconds);
    this.elapsed += seconds;
    if (this.speed) await new Promise((resolve) => setTimeout(resolve, (seconds / this.speed) * 1000));
    else await this.box.advance({ seconds });
  }

  async fetch(url, init) {
    if (this.late && this.path(url).endsWith(".mp4")) await this.box.advance({ seconds: this.late });
    this.sent.push(init.headers);
    const place = this.asked.push(`${init.method} ${this.path(url)} …`) - 1;
    const answer = await fetch(url, init);
    this.asked[place] = `${init.method} ${this.path(url)} ${answer.status}`;
    return answer;
  }

  path(url) {
    return new URL(url).pathname.slice(new URL(this.box.url).pathname.length);
  }

  queue(scenario) {
    this.record.scenarios.push(scenario);
    return this.box.control("POST", "scenarios/queue", { scenario });
  }

  fault(fault, match, how = { times: 1 }) {
    this.record.faults.push([fault, match.method ?? "*", match.path ?? "*"]);
    return this.box.control("POST", "faults", { fault, match, ...how });
  }

  setAccount(provider, key, changes) {
    return this.box.control("PUT", `accounts/${provider}/${key}`, changes);
  }

  async spent(provider, key) {
    return (await this.box.account(provider, key)).spent;
  }

  at(name) {
    return join(this.folder, name);
  }

  files() {
    return readdir(this.folder);
  }
}

/** The error that a call throws, which is of this class and of none below it. */
export async function thrown(kind, promise) {
  const error = await promise.then(
    () => assert.fail(`nothing was thrown, and ${kind.name} expected`),
    (reason) => reason,
  );
  assert.equal(error.constructor, kind, error.stack);
  return error;
}

/** A stream that keeps what is written into it. */
export function bucket() {
  const kept = { bytes: new Uint8Array(0), closed: false, aborted: undefined };
  kept.stream = new WritableStream({
    write: (chunk) => void (kept.bytes = Buffer.concat([kept.bytes, chunk])),
    close: () => void (kept.closed = true),
    abort: (why) => void (kept.aborted = why),
  });
  return kept;
}
