/**
 * A client of Nouvel's video ads: submit product pages, wait, download. Copy this file and `core/` into an app.
 *
 *     const nouvel = new Nouvel(key);
 *     await nouvel.generate({ urls: ["https://shop.example/products/trail-shoe"] }, { to: "ads" });
 *
 * A job is paid with videos of the plan when it is accepted. `POST /api/v1/generate` is `submit` here, since `generate` is
 * the whole way. A job whose answer is lost can be found by what it makes: `recover` lists the projects of its pages.
 */

import { meaning } from "./core/answers.js";
import type { Answer, Fields, Json, Status } from "./core/answers.js";
import { Client, about, watching } from "./core/client.js";
import type { Call, Complaint, Fetching, Following, Options, Provider } from "./core/client.js";
import { builtin } from "./core/downloads.js";
import type { Target } from "./core/downloads.js";
import { MoneyError, NoResultError, PermissionDeniedError } from "./core/errors.js";
import type { Ask } from "./core/exchange.js";
import { USUAL } from "./core/patience.js";

export * from "./core/errors.js";
export type { Fetching, Following, Options, Progress } from "./core/client.js";
export type { Patience } from "./core/patience.js";
export type { Target } from "./core/downloads.js";

/** A submission, by Nouvel's names: one to three product pages, of each of which one to three videos are made. */
export interface Submission {
  urls: readonly string[];
  variantCount?: number | undefined;
  userInstructions?: string | undefined;
  webhookUrl?: string | undefined;
  aspectRatio?: "9:16" | "16:9" | "1:1" | undefined;
  adDuration?: 15 | 30 | 45 | 60 | undefined;
  contentType?: "ad" | "organic" | undefined;
  scriptStyle?: string | undefined;
  overrideScript?: string | undefined;
  selectedActorId?: string | undefined;
  avatarImageUrl?: string | undefined;
  language?: string | undefined;
  accent?: string | undefined;
  targetAudience?: string | undefined;
  formatPreset?: string | undefined;
}

/** A job that was accepted. */
export interface AcceptedJob extends Answer {
  readonly jobId: string;
  readonly totalProjects: number | null;
  readonly status: string;
}

/** How far one video of a job is, in per cent. */
export interface ProjectProgress extends Answer {
  readonly id: string | null;
  readonly title: string | null;
  readonly status: string | null;
  readonly progress: number | null;
}

/** One video of a job that has ended. */
export interface FinishedProject extends Answer {
  readonly projectId: string;
  readonly title: string | null;
  readonly url: string | null;
  /** Null where it failed. */
  readonly finalOutputUrl: string | null;
  readonly description: string | null;
  readonly status: string | null;
  readonly aspectRatio: string | null;
  readonly durationSeconds: number | null;
  readonly sceneCount: number | null;
  readonly script: string | null;
}

/** How a job is going. A `partial` job is done. */
export interface Job extends Status {
  readonly jobId: string | null;
  readonly stage: string | null;
  readonly totalProjects: number | null;
  readonly completedProjects: number | null;
  readonly failedProjects: number | null;
  readonly projects: readonly ProjectProgress[];
  /** Empty until it has ended. */
  readonly completedDetails: readonly FinishedProject[];
}

/** One video of the account; what only the single project tells (quality, tone, pacing …) is in `extra`. */
export interface Project extends Answer {
  readonly id: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly status: string | null;
  readonly finalOutputUrl: string | null;
  readonly aspectRatio: string | null;
  readonly targetDurationSeconds: number | null;
  readonly productUrl: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

/** A page of projects, the newest first. */
export interface ProjectPage extends Answer {
  readonly projects: readonly Project[];
  readonly page: number | null;
  readonly limit: number | null;
  readonly total: number | null;
  readonly totalPages: number | null;
  readonly hasMore: boolean;
}

/** A scene of a project. */
export interface Scene extends Answer {
  readonly id: string | null;
  readonly sceneOrder: number | null;
  readonly prompt: string | null;
  readonly scriptText: string | null;
  readonly outputUrl: string | null;
  readonly status: string | null;
  readonly avatarId: string | null;
  readonly durationSeconds: number | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

/** A project with its scenes, in playing order. */
export interface ProjectAndScenes extends Answer {
  readonly project: Project;
  readonly scenes: readonly Scene[];
}

/** A job that has ended, and a file for each of its videos that did not fail. */
export interface Generated<T extends Target> {
  readonly order: AcceptedJob;
  readonly job: Job;
  readonly files: readonly T[];
}

/** Where the videos go: a folder, in which each is PROJECT_ID.mp4, or what says it of each. */
export type Targets<T extends Target> = string | ((project: FinishedProject) => T);

const NOUVEL: Provider = {
  home: "https://app.nouvel.ai",
  keyHeaders: ["authorization"],
  patience: { ...USUAL, interval: 10, total: 1200 }, // 10 s, 15 to 20 minutes: document 000, lines 29 and 39
  complaint,
};

/** A client of Nouvel. */
export class Nouvel extends Client {
  constructor(key: string, options: Options = {}) {
    super(NOUVEL, key, options);
  }

  /** Submit product pages (`POST /api/v1/generate`). Throws LostAnswerError where nobody knows whether it was accepted. */
  submit(submission: Submission, call: Call = {}): Promise<AcceptedJob> {
    return this.pay(this.ask("POST", "/api/v1/generate", {}, submission), accepted, null, call);
  }

  /** How far a job is, and its videos once it has ended. */
  getJob(jobId: string, call: Call = {}): Promise<Job> {
    return this.read(this.#poll(jobId), this.#job, call);
  }

  /** The account's videos, the newest first; `limit` is at most 100. */
  listProjects(
    query: { page?: number; limit?: number; status?: string } = {}, call: Call = {},
  ): Promise<ProjectPage> {
    return this.read(this.ask("GET", "/api/v1/projects", query), this.#page, call);
  }

  /** One video with its scenes. */
  getProject(projectId: string, call: Call = {}): Promise<ProjectAndScenes> {
    return this.read(this.ask("GET", `/api/v1/projects/${encodeURIComponent(projectId)}`), this.#inFull, call);
  }

  /**
   * Poll until the job ends; give its last status, also where some of its videos failed (`partial`).
   *
   * Throws JobError or WaitTimeoutError.
   */
  wait(jobId: string, how: Following = {}): Promise<Job> {
    return this.waitFor(jobId, this.#poll(jobId), this.#job, how);
  }

  /** Fetch a video to a path, where it is when it is whole and not before, or into a stream. */
  download<T extends Target>(url: string, to: T, how: Fetching = {}): Promise<T> {
    return this.file(this.link(url), to, "mp4", false, how);
  }

  /**
   * Find what came of a submission whose answer was lost: the newest projects of its pages.
   *
   * They are of this submission if they are younger than it; Nouvel tells no job's id.
   */
  async recover(urls: readonly string[], call: Call = {}): Promise<readonly Project[]> {
    const { projects } = await this.listProjects({ limit: 100 }, call);
    return projects.filter(({ productUrl }) => productUrl !== null && urls.includes(productUrl));
  }

  /** Submit pages, wait, and fetch each video, by default into the folder `to` as PROJECT_ID.mp4. */
  async generate<T extends Target = string>(
    submission: Submission, how: Following & { to: Targets<T> },
  ): Promise<Generated<T>> {
    const { signal, onProgress } = how;
    const order = await this.submit(submission, { signal });
    const job = await this.wait(order.jobId, { signal, onProgress });
    const files: T[] = [];
    await about(order.jobId, async () => {
      for (const project of job.completedDetails) {
        if (project.finalOutputUrl === null) continue;
        const onBytes = watching(onProgress, order.jobId, job);
        files.push(await this.download(project.finalOutputUrl, placeOf(project, how.to), { signal, onBytes }));
      }
      if (files.length === 0) throw new NoResultError(`${order.jobId} is ${job.status} and has no video`, job);
    });
    return { order, job, files };
  }

  #poll(jobId: string): Ask {
    return this.ask("GET", `/api/v1/jobs/${encodeURIComponent(jobId)}`);
  }

  #absolute(url: string | null): string | null {
    return url ? this.link(url) : null;
  }

  readonly #job = (fields: Fields): Job => {
    const status = fields.need("status");
    return {
      jobId: fields.text("jobId"),
      status,
      state: meaning(status),
      complaint: null,
      moderated: false,
      percent: fields.number("overallProgress"),
      stage: fields.text("stage"),
      totalProjects: fields.number("totalProjects"),
      completedProjects: fields.number("completedProjects"),
      failedProjects: fields.number("failedProjects"),
      projects: fields.many("projects").map(progress),
      completedDetails: fields.many("completedDetails").map((each) => this.#finished(each)),
      extra: fields.rest(),
    };
  };

  #finished(fields: Fields): FinishedProject {
    return {
      projectId: fields.need("projectId"),
      title: fields.text("title"),
      url: fields.text("url"),
      finalOutputUrl: this.#absolute(fields.text("finalOutputUrl")),
      description: fields.text("description"),
      status: fields.text("status"),
      aspectRatio: fields.text("aspectRatio"),
      durationSeconds: fields.number("durationSeconds"),
      sceneCount: fields.number("sceneCount"),
      script: fields.text("script"),
      extra: fields.rest(),
    };
  }

  #project(fields: Fields): Project {
    return {
      id: fields.need("id"),
      title: fields.text("title"),
      description: fields.text("description"),
      status: fields.text("status"),
      finalOutputUrl: this.#absolute(fields.text("final_output_url")),
      aspectRatio: fields.text("aspect_ratio"),
      targetDurationSeconds: fields.number("target_duration_seconds"),
      productUrl: fields.text("product_url"),
      createdAt: fields.text("created_at"),
      updatedAt: fields.text("updated_at"),
      extra: fields.rest(),
    };
  }

  readonly #page = (fields: Fields): ProjectPage => {
    const pagination = fields.inner("pagination");
    return {
      projects: fields.many("projects").map((each) => this.#project(each)),
      page: pagination.number("page"),
      limit: pagination.number("limit"),
      total: pagination.number("total"),
      totalPages: pagination.number("totalPages"),
      hasMore: pagination.flag("hasMore") === true,
      extra: fields.rest({ pagination }),
    };
  };

  readonly #inFull = (fields: Fields): ProjectAndScenes => ({
    project: this.#project(fields.inner("project")),
    scenes: fields.many("scenes").map((each) => this.#scene(each)),
    extra: fields.rest(),
  });

  #scene(fields: Fields): Scene {
    return {
      id: fields.text("id"),
      sceneOrder: fields.number("scene_order"),
      prompt: fields.text("prompt"),
      scriptText: fields.text("script_text"),
      outputUrl: this.#absolute(fields.text("output_url")),
      status: fields.text("status"),
      avatarId: fields.text("avatar_id"),
      durationSeconds: fields.number("duration_seconds"),
      createdAt: fields.text("created_at"),
      updatedAt: fields.text("updated_at"),
      extra: fields.rest(),
    };
  }
}

/** Whether a webhook's body was signed with the account's secret: `signature` is `X-Nouvel-Signature`. */
export async function isFromNouvel(body: string | Uint8Array, signature: string, secret: string): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/i.test(signature)) return false;
  const { subtle } = globalThis.crypto ?? (await builtin<{ webcrypto: typeof crypto }>("node:crypto")).webcrypto; // Node 18
  const text = new TextEncoder();
  const key = await subtle.importKey("raw", text.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const told = Uint8Array.from(signature.match(/../g) ?? [], (digits) => parseInt(digits, 16));
  return subtle.verify("HMAC", key, told, typeof body === "string" ? text.encode(body) : Uint8Array.from(body));
}

function placeOf<T extends Target>(project: FinishedProject, to: Targets<T>): T {
  if (typeof to === "function") return to(project);
  return `${to.replace(/\/+$/, "")}/${encodeURIComponent(project.projectId)}.mp4` as T; // a path, and T is string then
}

function accepted(fields: Fields): AcceptedJob {
  return {
    jobId: fields.need("jobId"),
    totalProjects: fields.number("totalProjects"),
    status: fields.text("status") || "running",
    extra: fields.rest(),
  };
}

function progress(fields: Fields): ProjectProgress {
  return {
    id: fields.text("id"),
    title: fields.text("title"),
    status: fields.text("status"),
    progress: fields.number("progress"),
    extra: fields.rest(),
  };
}

/** Read `{"error": …}`, a word or a sentence, with a reason where there is more to say. */
function complaint(body: Json): Complaint {
  const error = typeof body["error"] === "string" ? body["error"] : "";
  const reason = typeof body["reason"] === "string" ? body["reason"] : null;
  const wrong = /^(\w+) (?:must|is not)\b/.exec(error)?.[1];
  const field = wrong ?? (error === "not_a_product" ? "urls" : null);
  const code = /^[a-z_]+$/.test(error) ? error : null;
  return { code, message: code ? reason : error, field, kind: kindOf(error) };
}

function kindOf(error: string): Complaint["kind"] {
  if (error === "quota_exceeded") return MoneyError;
  return error.includes("requires a") ? PermissionDeniedError : null;
}
