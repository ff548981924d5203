// Made of nouvel.ts by "npm run build": change that one. 112b1c08672ad328
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
import { Client, about, watching } from "./core/client.js";
import { builtin } from "./core/downloads.js";
import { MoneyError, NoResultError, PermissionDeniedError } from "./core/errors.js";
import { USUAL } from "./core/patience.js";
export * from "./core/errors.js";
const NOUVEL = {
    home: "https://app.nouvel.ai",
    keyHeaders: ["authorization"],
    patience: { ...USUAL, interval: 10, total: 1200 }, // 10 s, 15 to 20 minutes: document 000, lines 29 and 39
    complaint,
};
/** A client of Nouvel. */
export class Nouvel extends Client {
    constructor(key, options = {}) {
        super(NOUVEL, key, options);
    }
    /** Submit product pages (`POST /api/v1/generate`). Throws LostAnswerError where nobody knows whether it was accepted. */
    submit(submission, call = {}) {
        return this.pay(this.ask("POST", "/api/v1/generate", {}, submission), accepted, null, call);
    }
    /** How far a job is, and its videos once it has ended. */
    getJob(jobId, call = {}) {
        return this.read(this.#poll(jobId), this.#job, call);
    }
    /** The account's videos, the newest first; `limit` is at most 100. */
    listProjects(query = {}, call = {}) {
        return this.read(this.ask("GET", "/api/v1/projects", query), this.#page, call);
    }
    /** One video with its scenes. */
    getProject(projectId, call = {}) {
        return this.read(this.ask("GET", `/api/v1/projects/${encodeURIComponent(projectId)}`), this.#inFull, call);
    }
    /**
     * Poll until the job ends; give its last status, also where some of its videos failed (`partial`).
     *
     * Throws JobError or WaitTimeoutError.
     */
    wait(jobId, how = {}) {
        return this.waitFor(jobId, this.#poll(jobId), this.#job, how);
    }
    /** Fetch a video to a path, where it is when it is whole and not before, or into a stream. */
    download(url, to, how = {}) {
        return this.file(this.link(url), to, "mp4", false, how);
    }
    /**
     * Find what came of a submission whose answer was lost: the newest projects of its pages.
     *
     * They are of this submission if they are younger than it; Nouvel tells no job's id.
     */
    async recover(urls, call = {}) {
        const { projects } = await this.listProjects({ limit: 100 }, call);
        return projects.filter(({ productUrl }) => productUrl !== null && urls.includes(productUrl));
    }
    /** Submit pages, wait, and fetch each video, by default into the folder `to` as PROJECT_ID.mp4. */
    async generate(submission, how) {
        const { signal, onProgress } = how;
        const order = await this.submit(submission, { signal });
        const job = await this.wait(order.jobId, { signal, onProgress });
        const files = [];
        await about(order.jobId, async () => {
            for (const project of job.completedDetails) {
                if (project.finalOutputUrl === null)
                    continue;
                const onBytes = watching(onProgress, order.jobId, job);
                files.push(await this.download(project.finalOutputUrl, placeOf(project, how.to), { signal, onBytes }));
            }
            if (files.length === 0)
                throw new NoResultError(`${order.jobId} is ${job.status} and has no video`, job);
        });
        return { order, job, files };
    }
    #poll(jobId) {
        return this.ask("GET", `/api/v1/jobs/${encodeURIComponent(jobId)}`);
    }
    #absolute(url) {
        return url ? this.link(url) : null;
    }
    #job = (fields) => {
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
    #finished(fields) {
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
    #project(fields) {
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
    #page = (fields) => {
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
    #inFull = (fields) => ({
        project: this.#project(fields.inner("project")),
        scenes: fields.many("scenes").map((each) => this.#scene(each)),
        extra: fields.rest(),
    });
    #scene(fields) {
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
export async function isFromNouvel(body, signature, secret) {
    if (!/^[0-9a-f]{64}$/i.test(signature))
        return false;
    const { subtle } = globalThis.crypto ?? (await builtin("node:crypto")).webcrypto; // Node 18
    const text = new TextEncoder();
    const key = await subtle.importKey("raw", text.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    const told = Uint8Array.from(signature.match(/../g) ?? [], (digits) => parseInt(digits, 16));
    return subtle.verify("HMAC", key, told, typeof body === "string" ? text.encode(body) : Uint8Array.from(body));
}
function placeOf(project, to) {
    if (typeof to === "function")
        return to(project);
    return `${to.replace(/\/+$/, "")}/${encodeURIComponent(project.projectId)}.mp4`; // a path, and T is string then
}
function accepted(fields) {
    return {
        jobId: fields.need("jobId"),
        totalProjects: fields.number("totalProjects"),
        status: fields.text("status") || "running",
        extra: fields.rest(),
    };
}
function progress(fields) {
    return {
        id: fields.text("id"),
        title: fields.text("title"),
        status: fields.text("status"),
        progress: fields.number("progress"),
        extra: fields.rest(),
    };
}
/** Read `{"error": …}`, a word or a sentence, with a reason where there is more to say. */
function complaint(body) {
    const error = typeof body["error"] === "string" ? body["error"] : "";
    const reason = typeof body["reason"] === "string" ? body["reason"] : null;
    const wrong = /^(\w+) (?:must|is not)\b/.exec(error)?.[1];
    const field = wrong ?? (error === "not_a_product" ? "urls" : null);
    const code = /^[a-z_]+$/.test(error) ? error : null;
    return { code, message: code ? reason : error, field, kind: kindOf(error) };
}
function kindOf(error) {
    if (error === "quota_exceeded")
        return MoneyError;
    return error.includes("requires a") ? PermissionDeniedError : null;
}
