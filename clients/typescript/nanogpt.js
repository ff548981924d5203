// Made of nanogpt.ts by "npm run build": change that one. 88dc9b0e5d8c76df
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
import { Client, about, watching } from "./core/client.js";
import { ClientError, LostAnswerError, ModerationError, NoResultError } from "./core/errors.js";
import { USUAL } from "./core/patience.js";
export * from "./core/errors.js";
const NANOGPT = {
    home: "https://nano-gpt.com",
    keyHeaders: ["x-api-key", "authorization"],
    patience: { ...USUAL, interval: 5, total: 600 }, // 5 s, about 10 minutes: document 002, lines 156-157
    complaint,
};
/** A client of NanoGPT. */
export class NanoGPT extends Client {
    constructor(key, options = {}) {
        super(NANOGPT, key, options);
    }
    /** Order a video, and pay for it. Throws LostAnswerError where nobody knows whether it was accepted. */
    generateVideo(order, call = {}) {
        const tag = order.conversationUUID || this.#tag();
        const ask = this.ask("POST", "/api/generate-video", {}, { ...order, conversationUUID: tag });
        return this.pay(ask, (fields) => accepted(fields, tag), tag, call);
    }
    /** Order five more seconds of one of the four videos (0 to 3) of a Midjourney job. */
    extendVideo(runId, index, call = {}) {
        const ask = this.ask("POST", "/api/generate-video/extend", {}, { runId, index });
        return this.pay(ask, (fields) => accepted(fields, null), null, call);
    }
    /** How a job is going. */
    videoStatus(runId, call = {}) {
        return this.read(this.#poll(runId), this.#status, call);
    }
    /** How a job is going, as it was asked in 2025. */
    legacyVideoStatus(runId, model, call = {}) {
        return this.read(this.#legacyPoll(runId, model), this.#status, call);
    }
    /** How a LongStories job is going. */
    storyStatus(runId, projectId, call = {}) {
        return this.read(this.#storyPoll(runId, projectId), this.#status, call);
    }
    /** The key's latest jobs, the newest first; `limit` is at most 50. */
    recoverVideos(query = {}, call = {}) {
        return this.read(this.ask("GET", "/api/generate-video/recover", query), recovered, call);
    }
    /** Fetch a finished job's video, or one of its pictures. */
    videoContent(runId, model, to, how = {}) {
        const variant = how.variant ?? "video";
        const url = this.at("/api/generate-video/content", { runId, model, variant });
        return this.file(url, to, variant === "video" ? "mp4" : "jpeg", true, how);
    }
    /** The video models. */
    listVideoModels(query = {}, call = {}) {
        return this.read(this.ask("GET", "/api/v1/video-models", query), models, call);
    }
    /** The models. */
    listModels(query = {}, call = {}) {
        return this.read(this.ask("GET", "/api/v1/models", query), models, call);
    }
    /** What is left to spend. */
    checkBalance(call = {}) {
        return this.read(this.ask("POST", "/api/check-balance"), balance, call);
    }
    /**
     * Poll until the job ends; give its last status, which has the links. `legacy` asks the older endpoint.
     *
     * Throws JobError if it ended badly, and WaitTimeoutError if it goes on for longer than one waits.
     */
    wait(runId, how = {}) {
        const poll = how.legacy ? this.#legacyPoll(runId, how.model) : this.#poll(runId);
        return this.waitFor(runId, poll, this.#status, how);
    }
    /** Poll until a LongStories job ends. */
    waitStory(runId, projectId, how = {}) {
        return this.waitFor(runId, this.#storyPoll(runId, projectId), this.#status, how);
    }
    /**
     * Fetch a result to a path, where it is when it is whole and not before, or into a stream.
     *
     * The key goes along where the link leads to the API itself, as relative links do, and nowhere else.
     */
    download(url, to, how = {}) {
        const whole = this.link(url);
        return this.file(whole, to, how.kind ?? "mp4", whole.startsWith(`${this.base}/api/`), how);
    }
    /** Find the job of an order whose answer was lost, by the error's `reference`; null if there is none. */
    async recover(conversationUUID, call = {}) {
        const found = await this.recoverVideos({ conversationUUID, limit: 1 }, call);
        return found[0] ?? null;
    }
    /** Order a video, wait for it and fetch it. An order whose answer is lost is looked for, never sent again. */
    async generate(order, how) {
        let made = null;
        let runId;
        try {
            made = await this.generateVideo(order, how);
            runId = made.runId;
        }
        catch (error) {
            if (!(error instanceof LostAnswerError))
                throw error;
            runId = await this.#found(error, how);
        }
        const status = await this.wait(runId, { signal: how.signal, onProgress: how.onProgress });
        const file = await about(runId, async () => {
            if (status.url === null)
                throw new NoResultError(`${runId} is ${status.status} and has no video`, status);
            const onBytes = watching(how.onProgress, runId, status);
            return this.download(status.url, how.to, { signal: how.signal, onBytes });
        });
        return { order: made, status, file };
    }
    /** The job of an order whose answer was lost; throws that loss again if it is not there, or if nobody waits any more. */
    async #found(lost, call) {
        if (call.signal?.aborted)
            throw lost;
        let job;
        try {
            await this.pause(this.patience.interval, call);
            job = await this.recover(lost.reference ?? "", call);
        }
        catch (error) {
            throw error instanceof ClientError || call.signal?.aborted ? lost : error;
        }
        if (job === null)
            throw lost;
        return job.runId;
    }
    #poll(runId) {
        return this.ask("GET", "/api/video/status", { requestId: runId });
    }
    #legacyPoll(runId, model) {
        return this.ask("GET", "/api/generate-video/status", { runId, modelSlug: model });
    }
    #storyPoll(runId, projectId) {
        return this.ask("GET", "/api/v1/video/status", { runId, projectId });
    }
    /** A UUID of version 4, drawn by the client's own chance. */
    #tag() {
        return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, (place) => {
            const digit = Math.floor(this.random() * 16);
            return (place === "x" ? digit : (digit & 3) | 8).toString(16);
        });
    }
    /** Read any of the status shapes: everything in `data`, all of it flat, a story's, or both at once. */
    #status = (fields) => {
        const data = fields.inner("data");
        const output = data.inner("output");
        const video = output.inner("video").text("url");
        const videos = output.many("videos").map((each) => each.text("url"));
        const links = [...(videos.length > 0 ? videos : [video]), output.text("url"), fields.text("videoUrl")];
        const told = links.filter((link) => Boolean(link)).map((link) => this.link(link));
        const urls = [...new Set(told)];
        const status = either(data.text("status"), fields.text("status"));
        if (!status)
            throw new WrongShape("status is missing");
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
function either(first, second) {
    return first || second;
}
function accepted(fields, tag) {
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
function recovered(fields) {
    return fields.many("data").map((job) => ({
        runId: job.text("runId", "id") || job.need("runId"),
        model: job.text("model"),
        status: job.text("status"),
        createdAt: job.text("createdAt"),
        conversationUUID: job.text("conversationUUID"),
        extra: job.rest(),
    }));
}
function models(fields) {
    return fields.many("data").map((model) => ({
        id: model.need("id"),
        name: model.text("name"),
        ownedBy: model.text("owned_by"),
        extra: model.rest(),
    }));
}
function balance(fields) {
    return {
        usdBalance: fields.sum("usd_balance"),
        nanoBalance: fields.sum("nano_balance"),
        nanoDepositAddress: fields.text("nanoDepositAddress"),
        extra: fields.rest(),
    };
}
/** Read `{"error": TEXT, "status": NUMBER}`, or the object with a message and a type that it may be instead. */
function complaint(body) {
    const error = body["error"];
    const inner = (typeof error === "object" && error !== null ? error : {});
    const code = text(inner["type"]) ?? text(inner["code"]) ?? text(body["code"]);
    const message = text(inner["message"]) ?? text(error);
    const kind = code === "CONTENT_POLICY_VIOLATION" ? ModerationError : null;
    return { code, message, field: wrongField(message ?? ""), kind };
}
function text(value) {
    return typeof value === "string" ? value : null;
}
const WRONG_FIELD = /^(?:Invalid value for|Missing) (\w+)|^(\w+) (?:is required|is too large|is not accepted)/;
/** The field that a sentence is about, where it names one; the sentences are the only place that does. */
function wrongField(message) {
    const found = WRONG_FIELD.exec(message);
    const name = found?.[1] ?? found?.[2] ?? null;
    return name === "Model" || name === "Prompt" ? name.toLowerCase() : name;
}
