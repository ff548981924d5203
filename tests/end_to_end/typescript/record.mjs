// Takes down what the clients under test send and get, for the contract guard to judge (tests/clients/recorded.py).

import { appendFile } from "node:fs/promises";

const { fetch: sent } = globalThis;
const FILE = process.env.FAUXREEL_RECORD; // JSON lines, a test in each; without it nothing is written
const CONTROL = "/_mock/";

/** The exchanges of one test, and what was arranged for them. */
export class Record {
  exchanges = [];
  faults = [];
  scenarios = [];

  constructor({ homes, settings = {}, excused = [] }) {
    Object.assign(this, { homes, settings, excused });
  }

  /** `fetch`, or what a script has in its place, with each exchange taken down. */
  recorded(fetch, more = () => ({})) {
    return async (url, init = {}) => {
      const taken = { url: String(url), method: init.method ?? "GET", headers: { ...init.headers }, body: init.body ?? "" };
      this.exchanges.push(taken);
      try {
        const answer = await fetch(url, init);
        Object.assign(taken, { status: answer.status, received: Object.fromEntries(answer.headers) });
        return await replayed(answer, taken);
      } catch (error) {
        taken.wrong = named(error);
        throw error;
      } finally {
        Object.assign(taken, more());
      }
    };
  }

  /** Write all down, with the journal of the server that was asked, if any. */
  async close(journal = []) {
    if (FILE) await appendFile(FILE, `${JSON.stringify({ ...this, journal })}\n`);
  }
}

/** The same answer once more, after all of it has come: its pieces, and then the trouble that ended it, if any did. */
async function replayed(answer, taken) {
  const pieces = [];
  let trouble;
  try {
    for (const reader = answer.body?.getReader(); reader; ) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
    }
  } catch (error) {
    trouble = error;
    taken.wrong = named(error);
  }
  taken.answer = Buffer.concat(pieces).toString("base64");
  const pull = (pipe) => {
    if (pieces.length) pipe.enqueue(pieces.shift());
    else if (trouble) pipe.error(trouble);
    else pipe.close();
  };
  const body = answer.body && new ReadableStream({ pull }, { highWaterMark: 0 });
  return new Response(body, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
}

/** What went wrong: `connect` where there was no connection, `AbortError` where the client hung up. */
function named(error) {
  const { name, code, syscall } = error?.cause ?? error ?? {};
  return syscall === "connect" ? syscall : String((name === "AbortError" ? name : code) ?? name ?? error);
}

let current;

/** From now on all that is fetched goes into this record, whoever fetches it; but for what goes to the control API. */
export function use(record) {
  current = record;
}

const recorded = (url, init) => current.recorded(sent)(url, init);
globalThis.fetch = (url, init) => (current && !String(url).includes(CONTROL) ? recorded(url, init) : sent(url, init));
