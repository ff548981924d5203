// Run by: fauxreel run -- npx vitest run

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { sandbox } from "./fauxreel.js";
import { video } from "./video.js";

const key = "sk-nano-test";

beforeEach(async (context) => {
  context.box = await sandbox();
});

afterEach(({ box }) => box.close());

describe.concurrent("an app that orders videos", () => {
  it.each([1, 2, 3, 4])("spends nobody else's money, %i", async () => {
    const box = await sandbox();
    await video("a fox in snow", { base: box.url, key, pause: 0 });
    expect(await box.account("nanogpt", key)).toMatchObject({ spent: "3.4", available: "46.6" });
    await box.close();
  });

  it("gives up on a job that is stuck", async ({ box }) => {
    await box.control("PUT", "scenarios", { default: "stuck" });
    await expect(video("a fox in snow", { base: box.url, key, pause: 0, polls: 20 })).rejects.toThrow("gave up");
  });

  it("says so when it has no money", async ({ box }) => {
    await expect(video("a fox in snow", { base: box.url, key: "sk-broke", pause: 0 })).rejects.toThrow("refused: 402");
  });
});
