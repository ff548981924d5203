// Run by: fauxreel run -- node --test

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { sandbox } from "./fauxreel.js";
import { video } from "./video.js";

const key = "sk-nano-test";
let box;

beforeEach(async () => {
  box = await sandbox();
});

afterEach(() => box.close());

test("a video is delivered, and paid once", async () => {
  const link = await video("a fox in snow", { base: box.url, key, pause: 0 });

  const film = Buffer.from(await (await fetch(link)).arrayBuffer());
  assert.equal(film.toString("latin1", 4, 8), "ftyp");
  assert.equal((await box.account("nanogpt", key)).available, "46.6");
});

test("a job that fails is paid back", async () => {
  await box.control("POST", "scenarios/queue", { scenario: "fails" });

  await assert.rejects(video("a fox in snow", { base: box.url, key, pause: 0 }), /Video generation failed/);

  assert.equal((await box.account("nanogpt", key)).available, "50");
});

test("the app gives up on a job that is stuck", async () => {
  await box.control("PUT", "scenarios", { default: "stuck" });

  await assert.rejects(video("a fox in snow", { base: box.url, key, pause: 0, polls: 20 }), /gave up/);

  const [job] = await box.jobs();
  assert.equal(job.state, "working");
});

test("an hour passes at once", async () => {
  await box.control("PUT", "clock", { mode: "frozen" });
  await assert.rejects(video("a fox in snow", { base: box.url, key, pause: 0, polls: 1 }), /gave up/);

  const moved = await box.advance({ seconds: 3600 });

  assert.deepEqual(moved.due.map((change) => change.what), ["IN_PROGRESS", "COMPLETED"]);
});
