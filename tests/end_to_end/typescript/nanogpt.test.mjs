// The TypeScript client of NanoGPT, against a served mock.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { test } from "node:test";

import { bucket, staged, thrown } from "./kit.mjs";

const { NanoGPT, ...errors } = await import(`../../../clients/typescript/nanogpt.${process.env.CLIENTS ?? "js"}`);

const KEY = "sk-nano-typescript";
const EAGLE = { model: "veo2-video", prompt: "A majestic eagle", duration: "5s", aspect_ratio: "16:9" };
const SUBMISSIONS = { provider: "nanogpt", method: "POST" };
const FILES = { path: "/media/*" };

const nanoAt = (stage, more, key = KEY) => new NanoGPT(key, stage.options(more));
const isMp4 = async (path) => (await readFile(path)).toString("latin1", 4, 8) === "ftyp";

test("a video is ordered, awaited and fetched", staged(async (stage) => {
  const seen = [];

  const made = await nanoAt(stage).generate(EAGLE, { to: stage.at("eagle.mp4"), onProgress: (step) => seen.push(step) });

  assert.equal(made.order.cost, "3.4");
  assert.equal(made.order.remainingBalance, "46.6");
  assert.equal(made.status.status, "COMPLETED");
  assert.equal(made.file, stage.at("eagle.mp4"));
  assert.ok(await isMp4(made.file));
  assert.deepEqual(await stage.files(), ["eagle.mp4"]);
  assert.deepEqual([...new Set(seen.map((step) => step.status))], ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
  const { length } = await readFile(made.file);
  assert.deepEqual([seen.at(-1).bytesDone, seen.at(-1).bytesTotal], [length, length]);
  assert.ok(stage.pauses.every((pause) => pause === 5.25));
  assert.equal(await stage.spent("nanogpt", KEY), "3.4");
}));

test("while time runs by itself it is never polled too fast", staged(async (stage) => {
  const made = await nanoAt(stage, { random: () => 0 }).generate(EAGLE, { to: stage.at("eagle.mp4") });

  assert.ok(await isMp4(made.file));
}, { speed: 100 }));

test("each endpoint has its operation", staged(async (stage) => {
  const nano = nanoAt(stage);
  const order = await nano.generateVideo({ model: "veo2-video", prompt: "An eagle" });
  const going = await nano.videoStatus(order.runId);
  await stage.sleep(600);
  await nano.videoContent(order.runId, "veo2-video", stage.at("v.mp4"));
  await nano.videoContent(order.runId, "veo2-video", stage.at("t.jpg"), { variant: "thumbnail" });
  const done = await nano.videoStatus(order.runId);

  assert.deepEqual([order.status, order.model, order.paymentSource], ["pending", "veo2-video", "USD"]);
  assert.match(order.conversationUUID, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([going.status, going.state, going.url, going.runId], ["IN_QUEUE", "going", null, order.runId]);
  assert.deepEqual([done.state, done.cost], ["done", "3.4"]);
  const jobs = await nano.recoverVideos({ limit: 5, model: "veo2-video" });
  assert.deepEqual(jobs.map((job) => job.runId), [order.runId]);
  assert.equal((await nano.checkBalance()).usdBalance, "46.6");
  assert.ok((await nano.listVideoModels({ detailed: false })).some((model) => model.id === "veo2-video"));
  assert.equal((await nano.listVideoModels())[0].extra.pricing.currency, "USD");
  assert.ok((await nano.listModels())[0].id);
  assert.ok(await isMp4(stage.at("v.mp4")));
  assert.equal((await readFile(stage.at("t.jpg"))).toString("hex", 0, 3), "ffd8ff");
}));

test("the older status is asked with its own words", staged(async (stage) => {
  const nano = nanoAt(stage);
  const order = await nano.generateVideo(EAGLE);

  const done = await nano.wait(order.runId, { legacy: true, model: "veo2-video" });
  const again = await nano.legacyVideoStatus(order.runId);
  await nano.download(done.url, stage.at("eagle.mp4"));

  assert.match(order.runId, /^fal-request-/);
  assert.deepEqual([done.runId, done.state, again.url], [order.runId, "done", done.url]);
}, { settings: { "nanogpt.profile": "2025" }, expected: ["polled-after-the-end"] })); // `again` is that poll

for (const shape of ["flat", "superset"]) {
  test(`the ${shape} shape of a status is understood`, staged(async (stage) => {
    const made = await nanoAt(stage).generate(EAGLE, { to: stage.at("eagle.mp4") });

    assert.deepEqual([made.status.state, made.status.percent], ["done", 100]);
  }, { settings: { "nanogpt.status_shape": shape } }));
}

test("one of Midjourney's videos is extended, and a story is awaited at its own status", staged(async (stage) => {
  const nano = nanoAt(stage);
  const first = await nano.generateVideo({ model: "midjourney-video", imageUrl: "https://assets.example.com/cat.jpg" });
  const four = await nano.wait(first.runId);
  await nano.download(four.url, stage.at("cat.mp4"));
  const longer = await nano.extendVideo(first.runId, 2);
  await nano.download((await nano.wait(longer.runId)).url, stage.at("longer.mp4"));
  const order = await nano.generateVideo({ model: "longstories-movie", prompt: "A fox who learns to read" });
  const going = await nano.storyStatus(order.runId, order.projectId);
  const story = await nano.waitStory(order.runId, order.projectId);
  await nano.download(story.url, stage.at("story.mp4"));

  assert.equal(four.urls.length, 4);
  assert.equal(longer.extra.message, "Extending video 3 by 5 seconds...");
  assert.equal(longer.conversationUUID, null);
  assert.deepEqual([going.state, story.state, story.status], ["going", "done", "COMPLETED"]);
}));

test("a relative link is fetched from the provider", staged(async (stage) => {
  const made = await nanoAt(stage).generate({ model: "grok-imagine-video", prompt: "A fox" }, { to: stage.at("fox.mp4") });

  assert.ok(made.status.url.startsWith(`${stage.box.url}/`));
  assert.ok(await isMp4(made.file));
}));

for (const keyHeader of ["x-api-key", "authorization"]) {
  test(`the key goes into ${keyHeader}, and nowhere but to the API`, staged(async (stage) => {
    await nanoAt(stage, { keyHeader }).generate(EAGLE, { to: stage.at("eagle.mp4") });

    const value = keyHeader === "authorization" ? `Bearer ${KEY}` : KEY;
    const keys = stage.sent.map((headers) => headers[keyHeader]);
    assert.deepEqual([...new Set(keys.slice(0, -1))], [value]);
    assert.deepEqual([stage.asked.at(-1).startsWith("GET /media/"), keys.at(-1)], [true, undefined]);
  }));
}

for (const [scenario, kind, word] of [
  ["fails", "JobFailedError", "FAILED"],
  ["moderated_late", "JobModeratedError", "FAILED"],
  ["cancelled", "JobCancelledError", "CANCELED"],
  ["empty_result", "NoResultError", "COMPLETED"],
]) {
  test(`${scenario} throws ${kind}`, staged(async (stage) => {
    await stage.queue(scenario);

    const error = await thrown(errors[kind], nanoAt(stage).generate(EAGLE, { to: stage.at("eagle.mp4") }));

    assert.equal(error.name, kind);
    assert.equal(error.job.status, word);
    assert.equal(error.jobId, (await stage.box.jobs())[0].id);
    assert.ok(error instanceof errors.JobError && error instanceof errors.ClientError);
    assert.deepEqual(await stage.files(), []);
  }));
}

test("a cancelled job ends in the older spelling too", staged(async (stage) => {
  await stage.queue("cancelled");
  const nano = nanoAt(stage);

  const error = await thrown(errors.JobCancelledError, nano.wait((await nano.generateVideo(EAGLE)).runId, { legacy: true }));

  assert.equal(error.job.status, "CANCELLED");
}, { settings: { "nanogpt.profile": "2025" } }));

test("what is moderated at once is refused", staged(async (stage) => {
  await stage.queue("moderated");

  const error = await thrown(errors.ModerationError, nanoAt(stage).generateVideo(EAGLE));

  assert.deepEqual([error.status, error.code], [400, "CONTENT_POLICY_VIOLATION"]);
  assert.equal(await stage.spent("nanogpt", KEY), "0");
}));

for (const scenario of ["unknown_status", "goes_back"]) {
  test(`${scenario} is waited out`, staged(async (stage) => {
    await stage.queue(scenario);

    assert.ok(await isMp4((await nanoAt(stage).generate(EAGLE, { to: stage.at("eagle.mp4") })).file));
  }));
}

test("patience ends, and the error says which job goes on", staged(async (stage) => {
  await stage.queue("stuck");

  const error = await thrown(errors.WaitTimeoutError, nanoAt(stage).generate(EAGLE, { to: stage.at("eagle.mp4") }));

  assert.equal(error.jobId, (await stage.box.jobs())[0].id);
  assert.ok(stage.elapsed > 590 && stage.elapsed <= 600);
}));

for (const [key, fields, wrong, kind, facts] of [
  ["sk-revoked", {}, [], "AuthError", [401, null, null, "nanogpt.auth.refused-key"]],
  ["sk-broke", {}, [], "MoneyError", [402, null, null, "nanogpt.submit.insufficient-balance"]],
  ["sk-1", { prompt: "" }, ["$.prompt"], "ValidationError", [400, null, "prompt", "nanogpt.submit.prompt-required"]],
  ["sk-1", { model: "none" }, ["$.model"], "ValidationError", [400, null, null, "nanogpt.submit.unknown-model"]],
  ["sk-1", { seed: [1] }, ["$.seed"], "ValidationError", [400, null, "seed", "nanogpt.submit.wrong-type"]],
]) {
  test(`a ${kind} says what it is about: ${facts[3]}`, staged(async (stage) => {
    const error = await thrown(errors[kind], nanoAt(stage, {}, key).generateVideo({ ...EAGLE, ...fields }));

    assert.ok(error instanceof errors.RefusedError);
    assert.deepEqual([error.status, error.code, error.field, error.clause], facts);
    assert.ok(error.body.error);
    assert.deepEqual(stage.asked, [`POST /api/generate-video ${facts[0]}`]);
  }, { excused: wrong.map((place) => ["a wrong request", "POST /api/generate-video", `request ${place}`]) }));
}

test("the guide's refusals are understood", staged(async (stage) => {
  const error = await thrown(errors.MoneyError, nanoAt(stage, {}, "sk-broke").generateVideo(EAGLE));

  assert.equal(error.code, "INSUFFICIENT_BALANCE");
  assert.match(error.message, /\/api\/generate-video answered 402: Insufficient balance$/);
}, { settings: { "nanogpt.errors": "guide" } }));

test("another key's job and an unknown one are refused", staged(async (stage) => {
  const nano = nanoAt(stage);
  const order = await nano.generateVideo(EAGLE);

  await thrown(errors.PermissionDeniedError, nanoAt(stage, {}, "sk-nano-other").videoStatus(order.runId));
  await thrown(errors.NotFoundError, nano.wait("vid_0"));
}));

test("a submission over the limit is sent again, since it was refused", staged(async (stage) => {
  await stage.setAccount("nanogpt", KEY, { limits: { requests_per_minute: 1 } });
  const nano = nanoAt(stage);
  await nano.generateVideo(EAGLE);

  await nano.generateVideo(EAGLE);

  assert.ok(stage.asked.includes("POST /api/generate-video 429"));
  assert.equal(await stage.spent("nanogpt", KEY), "6.8");
}));

test("patience with a limit ends, and grows until then", staged(async (stage) => {
  await thrown(errors.RateLimitError, nanoAt(stage, { random: () => 0 }, "sk-nano-limited").generateVideo(EAGLE));

  assert.deepEqual(stage.asked, Array(4).fill("POST /api/generate-video 429"));
  assert.deepEqual(stage.pauses, [10, 20, 40]);
}));

test("an order whose answer is lost is found, and never sent again", staged(async (stage) => {
  await stage.fault("reset", SUBMISSIONS);

  const made = await nanoAt(stage).generate(EAGLE, { to: stage.at("eagle.mp4") });

  assert.equal(made.order, null);
  assert.ok(await isMp4(made.file));
  assert.deepEqual(stage.asked.slice(0, 2), ["POST /api/generate-video …", "GET /api/generate-video/recover 200"]);
  assert.equal((await stage.box.jobs()).length, 1);
  assert.equal(await stage.spent("nanogpt", KEY), "3.4");
}));

for (const fault of ["reset", "refuse", "truncated", "malformed", "html", "status(503)"]) {
  test(`${fault} leaves open whether an order was accepted, on a kept connection too`, staged(async (stage) => {
    const nano = nanoAt(stage);
    await nano.checkBalance();
    await stage.fault(fault, SUBMISSIONS);

    const lost = await thrown(errors.LostAnswerError, nano.generateVideo(EAGLE));

    assert.ok(lost instanceof errors.TransportError);
    assert.match(lost.message, /may have been accepted/);
    const jobs = await stage.box.jobs();
    assert.equal((await nano.recover(lost.reference))?.runId, jobs[0]?.id);
    assert.ok(jobs.length <= 1);
    assert.equal(await nano.recover("another"), null);
  }));
}

test("what cannot be found stays lost", staged(async (stage) => {
  await stage.fault("html", SUBMISSIONS);
  const lost = await thrown(errors.LostAnswerError, nanoAt(stage).generate(EAGLE, { to: stage.at("eagle.mp4") }));
  await stage.fault("reset", SUBMISSIONS);
  await stage.fault("status(401)", { path: "/api/generate-video/recover" });
  const unknown = await thrown(errors.LostAnswerError, nanoAt(stage).generate(EAGLE, { to: stage.at("eagle.mp4") }));

  assert.equal(lost.status, 502);
  assert.match(lost.body, /<html>/i);
  assert.ok(unknown.reference);
}));

test("without a connection nothing was accepted, and it is tried again", staged(async (stage) => {
  const nobody = createServer().listen(0, "127.0.0.1");
  await once(nobody, "listening");
  const { port } = nobody.address();
  await new Promise((closed) => nobody.close(closed));
  const nano = nanoAt(stage, { baseUrl: `http://127.0.0.1:${port}`, fetch: undefined });

  const error = await thrown(errors.TransportError, nano.generateVideo(EAGLE));

  assert.match(error.message, /^POST .*\/api\/generate-video: fetch failed: .*ECONNREFUSED/);
  assert.equal(stage.pauses.length, 3);
}, { excused: [["no connection", "POST /api/generate-video", "answer none"]] }));

test("disturbed polls end nothing", staged(async (stage) => {
  for (const fault of ["reset", "status(503)", "status(429)", "malformed", "html", "truncated"]) {
    await stage.fault(fault, { path: "/api/video/status" });
  }

  const patience = { cap: 30 }; // the job goes on for longer than all these pauses
  const made = await nanoAt(stage, { random: () => 0, patience }).generate(EAGLE, { to: stage.at("eagle.mp4") });

  assert.deepEqual(stage.pauses.slice(0, 7), [10, 20, 30, 30, 30, 30, 5]);
  assert.ok(await isMp4(made.file));
}));

test("a truncated download goes on where it broke off", staged(async (stage) => {
  await stage.fault("truncated", FILES);

  const { file, status } = await nanoAt(stage).generate(EAGLE, { to: stage.at("eagle.mp4") });

  const whole = Buffer.from(await (await fetch(status.url)).arrayBuffer());
  assert.ok((await readFile(file)).equals(whole));
  assert.deepEqual(stage.asked.slice(-2).map((each) => each.slice(-3)), ["200", "206"]);
  const from = Number(/^bytes=(\d+)-$/.exec(stage.sent.at(-1).range)[1]);
  assert.ok(from > 0 && from < whole.length);
}));

test("into a stream go the same bytes, which is closed at the end", staged(async (stage) => {
  await stage.fault("truncated", FILES);
  const kept = bucket();

  const { file, status } = await nanoAt(stage).generate(EAGLE, { to: kept.stream });

  const whole = Buffer.from(await (await fetch(status.url)).arrayBuffer());
  assert.equal(file, kept.stream);
  assert.ok(whole.equals(kept.bytes));
  assert.ok(kept.closed);
  assert.deepEqual(await stage.files(), []);
}));

test("what is no MP4 never gets the file's name, nor into a stream", staged(async (stage) => {
  await stage.fault("malformed", FILES, {});
  const nano = nanoAt(stage);
  const { url } = await nano.wait((await nano.generateVideo(EAGLE)).runId);
  await writeFile(stage.at("eagle.mp4"), "an older one");
  const kept = bucket();

  const error = await thrown(errors.BrokenDownloadError, nano.download(url, stage.at("eagle.mp4")));
  await thrown(errors.BrokenDownloadError, nano.download(url, kept.stream));

  assert.match(error.message, /no mp4, but /);
  assert.equal(await readFile(stage.at("eagle.mp4"), "utf8"), "an older one");
  assert.deepEqual(await stage.files(), ["eagle.mp4"]);
  assert.deepEqual([kept.bytes.length, kept.closed, kept.aborted.name], [0, false, "BrokenDownloadError"]);
}));

test("an expired link is an error of its own", staged(async (stage) => {
  await stage.queue("expires_early");
  const nano = nanoAt(stage);
  const done = await nano.wait((await nano.generateVideo(EAGLE)).runId);
  await stage.sleep(10);

  const error = await thrown(errors.ResultExpiredError, nano.download(done.url, stage.at("eagle.mp4")));

  assert.deepEqual([error.status, error.clause], [403, "nanogpt.results.seven-days"]);
  assert.deepEqual(await stage.files(), []);
}));

test("who waits can be stopped, and the job goes on", staged(async (stage) => {
  const controller = new AbortController();
  const nano = nanoAt(stage);
  const { runId } = await nano.generateVideo(EAGLE);

  const waiting = nano.wait(runId, { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) });

  await assert.rejects(waiting, /^Error: enough$/);
  assert.equal(stage.asked.length, 2);
  assert.equal((await nano.generate({ ...EAGLE, prompt: "Another" }, { to: stage.at("b.mp4") })).status.state, "done");
}));

test("an order that is stopped on its way may have been accepted", staged(async (stage) => {
  await stage.fault("delay(5)", SUBMISSIONS);
  const controller = new AbortController();
  const nano = nanoAt(stage, { fetch: (url, init) => {
    setTimeout(() => controller.abort(), 300);
    return fetch(url, init);
  } });

  const { signal } = controller;
  const lost = await thrown(errors.LostAnswerError, nano.generate(EAGLE, { to: stage.at("eagle.mp4"), signal }));

  assert.equal(lost.cause.name, "AbortError");
  assert.equal((await nanoAt(stage).recover(lost.reference)).runId, (await stage.box.jobs())[0].id);
  await assert.rejects(nano.generate(EAGLE, { to: stage.at("eagle.mp4"), signal }), { name: "AbortError" });
  assert.equal((await stage.box.jobs()).length, 1);
}));

test("an answer that does not come in time is lost", staged(async (stage) => {
  await stage.fault("delay(5)", SUBMISSIONS);

  const lost = await thrown(errors.LostAnswerError, nanoAt(stage, { timeout: 0.3 }).generateVideo(EAGLE));

  assert.match(lost.message, /nothing came for 0.3 s/);
}));
