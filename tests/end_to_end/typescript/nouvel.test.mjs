// The TypeScript client of Nouvel, against a served mock.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { bucket, staged, thrown } from "./kit.mjs";

const { Nouvel, isFromNouvel, ...errors } = await import(
  `../../../clients/typescript/nouvel.${process.env.CLIENTS ?? "js"}`
);

const KEY = "nvl_typescript";
const SHOE = "https://shop.example/products/trail-shoe";
const SUBMISSIONS = { provider: "nouvel", method: "POST" };

const nouvelAt = (stage, more, key = KEY) => new Nouvel(key, stage.options(more));
const isMp4 = async (path) => (await readFile(path)).toString("latin1", 4, 8) === "ftyp";

test("ads are ordered, awaited and fetched", staged(async (stage) => {
  const seen = [];

  const made = await nouvelAt(stage).generate(
    { urls: [SHOE], variantCount: 2, adDuration: 15 }, { to: stage.folder, onProgress: (step) => seen.push(step) },
  );

  assert.deepEqual([made.order.totalProjects, made.order.status], [2, "running"]);
  assert.deepEqual(
    [made.job.status, made.job.state, made.job.percent, made.job.completedProjects], ["completed", "done", 100, 2],
  );
  assert.deepEqual(made.files, made.job.projects.map((project) => stage.at(`${project.id}.mp4`)));
  assert.deepEqual((await stage.files()).length, 2);
  assert.ok(await isMp4(made.files[0]) && await isMp4(made.files[1]));
  assert.equal(seen[0].percent, 0);
  assert.ok(stage.pauses.every((pause) => pause === 10.5));
  assert.equal(await stage.spent("nouvel", KEY), "2");
}));

test("while time runs by itself it is never polled too fast", staged(async (stage) => {
  const made = await nouvelAt(stage, { random: () => 0 }).generate({ urls: [SHOE] }, { to: stage.folder });

  assert.ok(await isMp4(made.files[0]));
}, { speed: 200 }));

test("each endpoint has its operation", staged(async (stage) => {
  const nouvel = nouvelAt(stage);
  const order = await nouvel.submit({ urls: [SHOE], userInstructions: "For people who like mud" });
  const going = await nouvel.getJob(order.jobId);
  const done = await nouvel.wait(order.jobId);
  const page = await nouvel.listProjects({ limit: 5, page: 1, status: "completed" });
  const project = await nouvel.getProject(page.projects[0].id);

  assert.deepEqual([going.status, going.stage, going.completedDetails], ["running", "preparing", []]);
  assert.deepEqual([going.projects[0].status, going.projects[0].progress], ["preparing", 0]);
  assert.equal(done.completedDetails[0].url, SHOE);
  assert.deepEqual([page.total, page.hasMore, page.limit], [1, false, 5]);
  assert.equal(project.project.productUrl, SHOE);
  assert.deepEqual(["quality", "tone", "pacing"].filter((name) => !(name in project.project.extra)), []);
  assert.equal(project.scenes.length, done.completedDetails[0].sceneCount);
  assert.match(project.scenes[0].outputUrl, /\.mp4$/);
  assert.deepEqual((await nouvel.listProjects()).projects, page.projects);
}));

test("a partial job gives what it has, and where to is said for each video", staged(async (stage) => {
  await stage.queue("partial");
  const kept = bucket();

  const made = await nouvelAt(stage).generate({ urls: [SHOE], variantCount: 2 }, { to: () => kept.stream });

  assert.deepEqual([made.job.status, made.job.failedProjects, made.files], ["partial", 1, [kept.stream]]);
  assert.equal(Buffer.from(kept.bytes).toString("latin1", 4, 8), "ftyp");
}));

for (const [scenario, kind] of [
  ["fails", "JobFailedError"],
  ["cancelled", "JobCancelledError"],
  ["moderated", "ValidationError"],
  ["empty_result", "NoResultError"],
  ["expires_early", "ResultExpiredError"],
]) {
  test(`${scenario} throws ${kind}`, staged(async (stage) => {
    await stage.queue(scenario);
    stage.late = 2; // too late for a link that lives a second, whenever the client hears of it

    const error = await thrown(errors[kind], nouvelAt(stage).generate({ urls: [SHOE] }, { to: stage.folder }));

    assert.equal(error.jobId, (await stage.box.jobs())[0]?.id ?? null);
    assert.deepEqual(await stage.files(), []);
  }));
}

for (const scenario of ["unknown_status", "goes_back"]) {
  test(`${scenario} is waited out`, staged(async (stage) => {
    await stage.queue(scenario);

    assert.equal((await nouvelAt(stage).generate({ urls: [SHOE] }, { to: stage.folder })).files.length, 1);
  }));
}

test("patience ends after twenty minutes", staged(async (stage) => {
  await stage.queue("stuck");

  await thrown(errors.WaitTimeoutError, nouvelAt(stage).generate({ urls: [SHOE] }, { to: stage.folder }));

  assert.ok(stage.elapsed > 1180 && stage.elapsed <= 1200);
}));

for (const [key, fields, wrong, kind, facts] of [
  ["other", {}, [], "AuthError", [401, null, null]],
  ["nvl_cheapplan", {}, [], "PermissionDeniedError", [402, null, null]],
  ["nvl_readonly", {}, [], "PermissionDeniedError", [403, null, null]],
  ["nvl_broke", {}, [], "MoneyError", [402, "quota_exceeded", null]],
  ["nvl_1", { urls: [] }, ["$.urls"], "ValidationError", [400, null, "urls"]],
  ["nvl_1", { adDuration: 7 }, ["$.adDuration"], "ValidationError", [400, null, "adDuration"]],
  ["nvl_1", { urls: ["https://shop.example/"] }, [], "ValidationError", [422, "not_a_product", "urls"]],
]) {
  test(`${kind} of ${key} with ${JSON.stringify(fields)}`, staged(async (stage) => {
    const error = await thrown(errors[kind], nouvelAt(stage, {}, key).submit({ urls: [SHOE], ...fields }));

    assert.deepEqual([error.status, error.code, error.field], facts);
    assert.match(error.clause, /^nouvel\./);
  }, { excused: wrong.map((place) => ["a wrong request", "POST /api/v1/generate", `request ${place}`]) }));
}

test("the limit is waited out as long as it says", staged(async (stage) => {
  await stage.setAccount("nouvel", KEY, { limits: { requests_per_minute: 1 } });
  const nouvel = nouvelAt(stage, { random: () => 0 });
  await nouvel.listProjects();

  await nouvel.submit({ urls: [SHOE] });

  assert.deepEqual(stage.asked.slice(1), ["POST /api/v1/generate 429", "POST /api/v1/generate 200"]);
  assert.deepEqual(stage.pauses, [60]);
}));

test("a limit is not waited out for longer than for a job", staged(async (stage) => {
  await stage.setAccount("nouvel", KEY, { limits: { requests_per_minute: 1 } });
  const nouvel = nouvelAt(stage, { patience: { total: 50 } });
  await nouvel.listProjects();

  const error = await thrown(errors.RateLimitError, nouvel.submit({ urls: [SHOE] }));

  assert.deepEqual([error.retryAfter, stage.pauses], [60, []]);
}));

test("what came of a lost submission is found by its pages", staged(async (stage) => {
  await stage.fault("reset", SUBMISSIONS);
  const nouvel = nouvelAt(stage);

  const lost = await thrown(errors.LostAnswerError, nouvel.generate({ urls: [SHOE] }, { to: stage.folder }));

  assert.equal(lost.reference, null);
  assert.deepEqual((await nouvel.recover([SHOE])).map((project) => project.productUrl), [SHOE]);
  assert.deepEqual(await nouvel.recover(["https://shop.example/products/other"]), []);
  assert.equal((await stage.box.jobs()).length, 1);
}));

test("a truncated download goes on where it broke off", staged(async (stage) => {
  await stage.fault("truncated", { path: "/media/*" });

  const made = await nouvelAt(stage).generate({ urls: [SHOE] }, { to: `${stage.folder}/` });

  const whole = Buffer.from(await (await fetch(made.job.completedDetails[0].finalOutputUrl)).arrayBuffer());
  assert.ok((await readFile(made.files[0])).equals(whole));
  assert.match(stage.asked.at(-1), /206$/);
}));

test("an unknown job is not found", staged(async (stage) => {
  await thrown(errors.NotFoundError, nouvelAt(stage).wait("550e8400-e29b-41d4-a716-446655440000"));
}));

test("a webhook is known by its signature", async () => {
  const body = '{"event": "job.completed"}';
  const signature = "3b41ca8be0f446c8a892750932ad485d46175272ab17affe63e84b168a3abe64"; // by openssl dgst -sha256 -hmac

  assert.equal(await isFromNouvel(body, signature, "whsec_fauxreel"), true);
  assert.equal(await isFromNouvel(Buffer.from(body), signature, "whsec_fauxreel"), true);
  assert.equal(await isFromNouvel(`${body} `, signature, "whsec_fauxreel"), false);
  assert.equal(await isFromNouvel(body, signature.slice(2), "whsec_fauxreel"), false);
  assert.equal(await isFromNouvel(body, "no signature", "whsec_fauxreel"), false);
});
