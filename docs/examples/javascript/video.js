// An app that orders videos from NanoGPT. It knows nothing of fauxreel: its base URL says whom it talks to.

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Order a video and give its address; throws when the provider fails, or after so many polls. */
export async function video(prompt, { base, key, pause = 5000, polls = 120 } = {}) {
  const headers = { "x-api-key": key ?? process.env.NANOGPT_API_KEY, "content-type": "application/json" };
  const api = `${base ?? process.env.NANOGPT_BASE_URL}/api`;
  const body = JSON.stringify({ model: "veo2-video", prompt, duration: "5s" });
  const order = await fetch(`${api}/generate-video`, { method: "POST", headers, body });
  if (!order.ok) throw new Error(`refused: ${order.status}`);
  const { runId } = await order.json();
  for (let poll = 0; poll < polls; poll += 1) {
    const status = await fetch(`${api}/video/status?requestId=${runId}`, { headers });
    const { data } = await status.json();
    if (data.status === "COMPLETED") return data.output.video.url;
    if (data.status === "FAILED") throw new Error(data.error);
    await sleep(pause);
  }
  throw new Error("gave up");
}
