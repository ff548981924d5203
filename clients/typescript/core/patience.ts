/** How long to wait, as data: between two polls, after a disturbance, and altogether. All times are seconds. */

import type { Json } from "./answers.js";

/** Disturbances in a row after which the pause grows no more; 2 ** 32 is beyond every cap. */
const LONGEST_GROWTH = 32;

/** What a client does with its time. */
export interface Patience {
  /** The least time between two polls of a job, as documented. */
  readonly interval: number;
  /** How long `wait()` waits, as documented. */
  readonly total: number;
  /** How much longer each disturbance in a row (no answer, a 5xx, a 429, broken JSON) makes the next pause. */
  readonly factor: number;
  /** The longest pause that it grows to. */
  readonly cap: number;
  /** Up to this fraction is added to each pause; nothing is ever taken away. */
  readonly jitter: number;
  /** How often a request is sent that may be repeated. */
  readonly tries: number;
}

/** What is the same at all providers. */
export const USUAL = { factor: 2, cap: 60, jitter: 0.1, tries: 4 } as const;

/**
 * How long to pause after so many disturbances in a row; `chance` is drawn from 0 to 1.
 *
 * `asked` is what the provider asked for, and is never undercut.
 */
export function pauseOf(patience: Patience, disturbances: number, chance: number, asked: number | null): number {
  const grown = patience.interval * patience.factor ** Math.min(disturbances, LONGEST_GROWTH);
  const longest = Math.max(patience.cap, patience.interval);
  return Math.max(Math.min(grown, longest), asked ?? 0) * (1 + patience.jitter * chance);
}

/** How many seconds the provider asks to wait: in the header, or in the body as `retry_after` or `retryAfter`. */
export function retryAfter(headers: Headers, body: Json | string): number | null {
  const header = headers.get("retry-after");
  if (header !== null) return seconds(header);
  return typeof body === "string" ? null : seconds(String(body["retry_after"] ?? body["retryAfter"]));
}

/** Read `23` or `0.5`; a date is not read, since the two clocks may differ, and counts as nothing. */
function seconds(text: string): number | null {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : null;
}
