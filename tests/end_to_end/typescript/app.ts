// Read by the compiler, never run: what an app may write, and what it is told is wrong.

import { JobFailedError, LostAnswerError, NanoGPT, RateLimitError } from "./lib/nanogpt.js";
import type { Progress } from "./lib/nanogpt.js";
import { Nouvel } from "./lib/nouvel.js";

const bar = (progress: Progress): void => console.log(progress.status, progress.percent, progress.bytesDone);

export async function video(key: string, signal: AbortSignal): Promise<string> {
  const nano = new NanoGPT(key, { patience: { total: 60 }, keyHeader: "authorization" });
  try {
    const made = await nano.generate({ model: "veo2-video", prompt: "A fox", seed: 7 }, { to: "fox.mp4", signal, onProgress: bar });
    const cost: string | null | undefined = made.order?.cost;
    const file: string = made.file;
    return `${file} for ${cost ?? "?"} dollars, ${String(made.status.extra["mood"])}`;
  } catch (error) {
    if (error instanceof RateLimitError) return `in ${error.retryAfter ?? 60} seconds`;
    if (error instanceof LostAnswerError) return (await nano.recover(error.reference ?? ""))?.runId ?? "nowhere";
    if (error instanceof JobFailedError) return error.job.complaint ?? error.job.status;
    throw error;
  }
}

export async function ads(key: string, into: WritableStream<Uint8Array>): Promise<void> {
  const nouvel = new Nouvel(key);
  const { files } = await nouvel.generate({ urls: ["https://shop.example/p/1"], aspectRatio: "9:16" }, { to: "ads" });
  const paths: readonly string[] = files;
  const streams = await nouvel.generate({ urls: paths }, { to: () => into });
  const first: WritableStream<Uint8Array> | undefined = streams.files[0];
  await first?.close();
}

export async function wrong(nano: NanoGPT, nouvel: Nouvel): Promise<void> {
  // @ts-expect-error an order has a model
  await nano.generateVideo({ prompt: "A fox" });
  // @ts-expect-error there is no such field
  await nano.generateVideo({ model: "veo2-video", promt: "A fox" });
  // @ts-expect-error nor such a length
  await nouvel.submit({ urls: [], adDuration: 20 });
  // @ts-expect-error a file goes somewhere
  await nano.generate({ model: "veo2-video" }, {});
  const status = await nano.videoStatus("vid_1");
  // @ts-expect-error an answer is not changed
  status.status = "COMPLETED";
  // @ts-expect-error there may be no link
  await nano.download(status.url, "fox.mp4");
}
