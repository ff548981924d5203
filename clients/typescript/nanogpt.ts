/**
 * A client of NanoGPT's video generation: order, wait, download. Copy this file and `core/` into an app.
 *
 *     const nano = new NanoGPT(key);
 *     await nano.generate({ model: "veo2-video", prompt: "A majestic eagle at sunset", duration: "5s" }, { to: "eagle.mp4" });
 *
 * An order is paid when it is accepted and refunded when it fails. It is never sent twice: each carries a
 * `conversationUUID` by which a lost answer is looked up (`recover`).
 */

import { WrongShape, meaning } from "./core/answers.js";
import type { Answer, Fields, Json, Status } from "./core/answers.js";
import { Client, about, watching } from "./core/client.js";
import type { Call, Complaint, Fetching, Following, Options, Provider } from "./core/client.js";
import type { Kind, Target } from "./core/downloads.js";
import { ClientError, LostAnswerError, ModerationError, NoResultError } from "./core/errors.js";
import type { Ask } from "./core/exchange.js";
import { USUAL } from "./core/patience.js";

export * from "./core/errors.js";
export type { Fetching, Following, Options, Progress } from "./core/client.js";
export type { Patience } from "./core/patience.js";
export type { Target } from "./core/downloads.js";

export type Variant = "video" | "thumbnail" | "spritesheet";

/** An order, by the provider's names; which of it counts depends on the model. */
export interface Order {
  model: string;
  prompt?: string | null | undefined;
  conversationUUID?: string | null | undefined;
  projectId?: string | null | undefined;
  negative_prompt?: string | null | undefined;
  script?: string | null | undefined;
  storyConfig?: Json | null | undefined;
  animation?: boolean | null | undefined;
  language?: string | null | undefined;
  characters?: readonly unknown[] | null | undefined;
  duration?: string | number | null | undefined;
  seconds?: string | null | undefined;
  aspect_ratio?: string | null | undefined;
  orientation?: string | null | undefined;
  resolution?: string | null | undefined;
  size?: string | null | undefined;
  mode?: string | null | undefined;
  generateAudio?: boolean | null | undefined;
  enhancePrompt?: boolean | null | undefined;
  pro_mode?: boolean | null | undefined;
  pro?: boolean | null | undefined;
  enable_prompt_expansion?: boolean | null | undefined;
  enable_safety_checker?: boolean | null | undefined;
  showExplicitContent?: boolean | null | undefined;
  camera_fix?: boolean | null | undefined;
  camera_fixed?: boolean | null | undefined;
  cameraFixed?: boolean | null | undefined;
  seed?: number | string | null | undefined;
  voiceId?: string | null | undefined;
  voice_id?: string | null | undefined;
  voice_language?: string | null | undefined;
  voice_speed?: number | null | undefined;
  videoDuration?: number | null | undefined;
  billedDuration?: number | null | undefined;
  adjust_fps_for_interpolation?: boolean | null | undefined;
  cfg_scale?: number | null | undefined;
  imageDataUrl?: string | null | undefined;
  image_data_url?: string | null | undefined;
  imageUrl?: string | null | undefined;
  imageAttachmentId?: string | null | undefined;
  image?: string | null | undefined;
  reference_image?: string | null | undefined;
  referenceImages?: readonly unknown[] | null | undefined;
  referenceVideos?: readonly unknown[] | null | undefined;
  audioDataUrl?: string | null | undefined;
  audioDuration?: number | null | undefined;
  audioUrl?: string | null | undefined;
  audio?: string | null | undefined;
  videoUrl?: string | null | undefined;
  videoDataUrl?: string | null | undefined;
  video?: string | null | undefined;
  videoAttachmentId?: string | null | undefined;
  swapImage?: string | null | undefined;
  targetVideo?: string | null | undefined;
  targetFaceIndex?: number | null | undefined;
  num_frames?: number | string | null | undefined;
  frames_per_second?: number | null | undefined;
  num_inference_steps?: number | null | undefined;
  guidance_scale?: number | null | undefined;
  shift?: number | null | undefined;
  interpolator_model?: string | null | undefined;
  num_interpolated_frames?: number | null | undefined;
  movementAmplitude?: string | null | undefined;
  motion?: string | Json | null | undefined;
  style?: string | null | undefined;
  prompt_optimizer?: boolean | null | undefined;
  target_resolution?: string | null | undefined;
  generate_audio?: boolean | null | undefined;
  sound?: boolean | null | undefined;
  enable_audio?: boolean | null | undefined;
  last_image?: string | null | undefined;
  image_tail?: string | null | undefined;
}

/** An order that was accepted and paid. Sums are dollars in decimal notation. */
export interface Accepted extends Answer {
  readonly runId: string;
  readonly status: string;
  readonly model: string | null;
  readonly cost: string | null;
  readonly paymentSource: string | null;
  readonly remainingBalance: string | null;
  readonly prechargeLabel: string | null;
  readonly projectId: string | null;
  /** What it was sent with; null for an extension. */
  readonly conversationUUID: string | null;
}

/** How a job is going, whichever status endpoint, generation or shape told it. */
export interface VideoStatus extends Status {
  readonly runId: string | null;
  readonly model: string | null;
  /** The video's link, if there is one. */
  readonly url: string | null;
  /** All links, absolute; the first is the video's. */
  readonly urls: readonly string[];
  readonly details: string | null;
  readonly cost: string | null;
  readonly error: string | null;
  readonly userFriendlyError: string | null;
  readonly isNSFWError: boolean | null;
  readonly secondsLeft: number | null;
}

/** One of the key's latest jobs. */
export interface Recovered extends Answer {
  readonly runId: string;
  readonly model: string | null;
  readonly status: string | null;
  readonly createdAt: string | null;
  readonly conversationUUID: string | null;
}

/** A model; the detailed lists' further fields (prices, parameters, abilities) are in `extra`. */
export interface Model extends Answer {
  readonly id: string;
  readonly name: string | null;
  readonly ownedBy: string | null;
}

/** What is left to spend, in decimal notation: dollars, and Nano. */
export interface Balance extends Answer {
  readonly usdBalance: string | null;
  readonly nanoBalance: string | null;
  readonly nanoDepositAddress: string | null;
}

/** A video that was ordered and fetched. */
export interface Generated<T extends Target> {
  /** Null where its answer was lost and the job was found again. */
  readonly order: Accepted | null;
  readonly status: VideoStatus;
  readonly file: T;
}

const NANOGPT: Provider = {
  home: "https://nano-gpt.com",
  keyHeaders: ["x-api-key", "authorization"],
  patience: { ...USUAL, interval: 5, total: 600 }, // 5 s, about 10 minutes: document 002, lines 156-157
  complaint,
};

/** A client of NanoGPT. */
export class NanoGPT extends Client {
  constructor(key: string, options: Options = {}) {
    super(NANOGPT, key, options);
  }

  /** Order a video, and pay for it. Throws LostAnswerError where nobody knows whether it was accepted. */
  generateVideo(order: Order, call: Call = {}): Promise<Accepted> {
    const tag = order.conversationUUID || this.#tag();
    const ask = this.ask("POST", "/api/generate-video", {}, { ...order, conversationUUID: tag });
    return this.pay(ask, (fields) => accepted(fields, tag), tag, call);
  }

  /** Order five more seconds of one of the four videos (0 to 3) of a Midjourney job. */
  extendVideo(runId: string, index: number, call: Call = {}): Promise<Accepted> {
    const ask = this.ask("POST", "/api/generate-video/extend", {}, { runId, index });
    return this.pay(ask, (fields) => accepted(fields, null), null, call);
  }

  /** How a job is going. */
  videoStatus(runId: string, call: Call = {}): Promise<VideoStatus> {
    return this.read(this.#poll(runId), this.#status, call);
  }

  /** How a job is going, as it was asked in 2025. */
  legacyVideoStatus(runId: string, model?: string, call: Call = {}): Promise<VideoStatus> {
    return this.read(this.#legacyPoll(runId, model), this.#status, call);
  }

  /** How a LongStories job is going. */
  storyStatus(runId: string, projectId: string, call: Call = {}): Promise<VideoStatus> {
    return this.read(this.#storyPoll(runId, projectId), this.#status, call);
  }

  /** The key's latest jobs, the newest first; `limit` is at most 50. */
  recoverVideos(
    query: { model?: string; limit?: number; conversationUUID?: string } = {}, call: Call = {},
  ): Promise<readonly Recovered[]> {
    return this.read(this.ask("GET", "/api/generate-video/recover", query), recovered, call);
  }

  /** Fetch a finished job's video, or one of its pictures. */
  videoContent<T extends Target>(
    runId: string, model: string, to: T, how: Fetching & { variant?: Variant } = {},
  ): Promise<T> {
    const variant = how.variant ?? "video";
    const url = this.at("/api/generate-video/content", { runId, model, variant });
    return this.file(url, to, variant === "video" ? "mp4" : "jpeg", true, how);
  }

  /** The video models. */
  listVideoModels(query: { detailed?: boolean } = {}, call: Call = {}): Promise<readonly Model[]> {
    return this.read(this.ask("GET", "/api/v1/video-models", query), models, call);
  }

  /** The models. */
  listModels(query: { detailed?: boolean } = {}, call: Call = {}): Promise<readonly Model[]> {
    return this.read(this.ask("GET", "/api/v1/models", query), models, call);
  }

  /** What is left to spend. */
  checkBalance(call: Call = {}): Promise<Balance> {
    return this.read(this.ask("POST", "/api/check-balance"), balance, call);
  }

  /**
   * Poll until the job ends; give its last status, which has the links. `legacy` asks the older endpoint.
   *
   * Throws JobError if it ended badly, and WaitTimeoutError if it goes on for longer than one waits.
   */
  wait(runId: string, how: Following & { legacy?: boolean; model?: string } = {}): Promise<VideoStatus> {
    const poll = how.legacy ? this.#legacyPoll(runId, how.model) : this.#poll(runId);
    return this.waitFor(runId, poll, this.#status, how);
  }

  /** Poll until a LongStories job ends. */
  waitStory(runId: string, projectId: string, how: Following = {}): Promise<VideoStatus> {
    return this.waitFor(runId, this.#storyPoll(runId, projectId), this.#status, how);
  }

  /**
   * Fetch a result to a path, where it is when it is whole and not before, or into a stream.
   *
   * The key goes along where the link leads to the API itself, as relative links do, and nowhere else.
   */
  download<T extends Target>(url: string, to: T, how: Fetching & { kind?: Kind } = {}): Promise<T> {
    const whole = this.link(url);
    return this.file(whole, to, how.kind ?? "mp4", whole.startsWith(`${this.base}/api/`), how);
  }

  /** Find the job of an order whose answer was lost, by the error's `reference`; null if there is none. */
  async recover(conversationUUID: string, call: Call = {}): Promise<Recovered | null> {
    const found = await this.recoverVideos({ conversationUUID, limit: 1 }, call);
    return found[0] ?? null;
  }

  /** Order a video, wait for it and fetch it. An order whose answer is lost is looked for, never sent again. */
  async generate<T extends Target>(order: Order, how: Following & { to: T }): Promise<Generated<T>> {
    let made: Accepted | null = null;
    let runId: string;
    try {
      made = await this.generateVideo(order, how);
      runId = made.runId;
    } catch (error) {
      if (!(error instanceof LostAnswerError)) throw error;
      runId = await this.#found(error, how);
    }
    const status = await this.wait(runId, { signal: how.signal, onProgress: how.onProgress });
    const file = await about(runId, async () => {
      if (status.url === null) throw new NoResultError(`${runId} is ${status.status} and has no video`, status);
      const onBytes = watching(how.onProgress, runId, status);
      return this.download(status.url, how.to, { signal: how.signal, onBytes });
    });
    return { order: made, status, file };
  }

  /** The job of an order whose answer was lost; throws that loss again if it is not there, or if nobody waits any more. */
  async #found(lost: LostAnswerError, call: Call): Promise<string> {
    if (call.signal?.aborted) throw lost;
    let job: Recovered | null;
    try {
      await this.pause(this.patience.interval, call);
      job = await this.recover(lost.reference ?? "", call);
    } catch (error) {
      throw error instanceof ClientError || call.signal?.aborted ? lost : error;
    }
    if (job === null) throw lost;
    return job.runId;
  }

  #poll(runId: string): Ask {
    return this.ask("GET", "/api/video/status", { requestId: runId });
  }

  #legacyPoll(runId: string, model: string | undefined): Ask {
    return this.ask("GET", "/api/generate-video/status", { runId, modelSlug: model });
  }

  #storyPoll(runId: string, projectId: string): Ask {
    return this.ask("GET", "/api/v1/video/status", { runId, projectId });
  }

  /** A UUID of version 4, drawn by the client's own chance. */
  #tag(): string {
    return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, (place) => {
      const digit = Math.floor(this.random() * 16);
      return (place === "x" ? digit : (digit & 3) | 8).toString(16);
    });
  }

  /** Read any of the status shapes: everything in `data`, all of it flat, a story's, or both at once. */
  readonly #status = (fields: Fields): VideoStatus => {
    const data = fields.inner("data");
    const output = data.inner("output");
    const video = output.inner("video").text("url");
    const videos = output.many("videos").map((each) => each.text("url"));
    const links = [...(videos.length > 0 ? videos : [video]), output.text("url"), fields.text("videoUrl")];
    const told = links.filter((link): link is string => Boolean(link)).map((link) => this.link(link));
    const urls = [...new Set(told)];
    const status = either(data.text("status"), fields.text("status"));
    if (!status) throw new WrongShape("status is missing");
    const error = either(data.text("error"), fields.text("error"));
    const userFriendlyError = data.text("userFriendlyError");
    const isNSFWError = data.flag("isNSFWError");
    return {
      runId: either(fields.text("requestId"), data.text("requestId", "request_id")),
      status,
      state: meaning(status),
      complaint: userFriendlyError || error,
      moderated: isNSFWError === true,
      model: fields.text("model"),
      url: urls[0] ?? null,
      urls,
      details: data.text("details"),
      cost: data.sum("cost"),
      error,
      userFriendlyError,
      isNSFWError,
      percent: fields.number("progress"),
      secondsLeft: fields.number("estimatedTimeRemaining"),
      extra: fields.rest({ data }),
    };
  };
}

function either(first: string | null, second: string | null): string | null {
  return first || second;
}

function accepted(fields: Fields, tag: string | null): Accepted {
  return {
    runId: fields.text("runId", "id") || fields.need("runId"),
    status: fields.text("status") || "pending",
    model: fields.text("model"),
    cost: fields.sum("cost"),
    paymentSource: fields.text("paymentSource"),
    remainingBalance: fields.sum("remainingBalance"),
    prechargeLabel: fields.text("prechargeLabel"),
    projectId: fields.text("projectId"),
    conversationUUID: tag,
    extra: fields.rest(),
  };
}

function recovered(fields: Fields): readonly Recovered[] {
  return fields.many("data").map((job) => ({
    runId: job.text("runId", "id") || job.need("runId"),
    model: job.text("model"),
    status: job.text("status"),
    createdAt: job.text("createdAt"),
    conversationUUID: job.text("conversationUUID"),
    extra: job.rest(),
  }));
}

function models(fields: Fields): readonly Model[] {
  return fields.many("data").map((model) => ({
    id: model.need("id"),
    name: model.text("name"),
    ownedBy: model.text("owned_by"),
    extra: model.rest(),
  }));
}

function balance(fields: Fields): Balance {
  return {
    usdBalance: fields.sum("usd_balance"),
    nanoBalance: fields.sum("nano_balance"),
    nanoDepositAddress: fields.text("nanoDepositAddress"),
    extra: fields.rest(),
  };
}

/** Read `{"error": TEXT, "status": NUMBER}`, or the object with a message and a type that it may be instead. */
function complaint(body: Json): Complaint {
  const error = body["error"];
  const inner = (typeof error === "object" && error !== null ? error : {}) as Json;
  const code = text(inner["type"]) ?? text(inner["code"]) ?? text(body["code"]);
  const message = text(inner["message"]) ?? text(error);
  const kind = code === "CONTENT_POLICY_VIOLATION" ? ModerationError : null;
  return { code, message, field: wrongField(message ?? ""), kind };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

const WRONG_FIELD = /^(?:Invalid value for|Missing) (\w+)|^(\w+) (?:is required|is too large|is not accepted)/;

/** The field that a sentence is about, where it names one; the sentences are the only place that does. */
function wrongField(message: string): string | null {
  const found = WRONG_FIELD.exec(message);
  const name = found?.[1] ?? found?.[2] ?? null;
  return name === "Model" || name === "Prompt" ? name.toLowerCase() : name;
}
