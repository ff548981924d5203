// A sandbox of fauxreel for each test, with its own clock, accounts and jobs. There is nothing to install: copy this file.

import { randomUUID } from "node:crypto";

const SERVER = process.env.FAUXREEL_URL ?? "http://127.0.0.1:4747";
const TOKEN = process.env.FAUXREEL_CONTROL_TOKEN;

/** Make a sandbox: `sandbox({ clock: "frozen", scenario: "stuck", seed: 7 })`. Polls move its time unless told otherwise. */
export async function sandbox({ scenario, ...terms } = {}) {
  const name = randomUUID();
  await ask("POST", `${SERVER}/_mock/sandboxes`, { name, clock: "auto", ...terms });
  const url = `${SERVER}/@${name}`;
  const control = (method, path, body) => ask(method, `${url}/_mock/${path}`, body);
  if (scenario) await control("PUT", "scenarios", { default: scenario });
  return {
    url,
    control,
    advance: (how) => control("POST", "clock/advance", how),
    jobs: async () => (await control("GET", "jobs")).items.reverse(),
    account: (provider, key) => control("GET", `accounts/${provider}/${encodeURIComponent(key)}`),
    close: () => ask("DELETE", `${SERVER}/_mock/sandboxes/${name}`),
  };
}

async function ask(method, url, body) {
  const headers = { "content-type": "application/json", ...(TOKEN && { authorization: `Bearer ${TOKEN}` }) };
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`fauxreel: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
