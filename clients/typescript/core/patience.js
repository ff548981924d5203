// Made of patience.ts by "npm run build": change that one. fdbd5807c854cde1
/** How long to wait, as data: between two polls, after a disturbance, and altogether. All times are seconds. */
/** Disturbances in a row after which the pause grows no more; 2 ** 32 is beyond every cap. */
const LONGEST_GROWTH = 32;
/** What is the same at all providers. */
export const USUAL = { factor: 2, cap: 60, jitter: 0.1, tries: 4 };
/**
 * How long to pause after so many disturbances in a row; `chance` is drawn from 0 to 1.
 *
 * `asked` is what the provider asked for, and is never undercut.
 */
export function pauseOf(patience, disturbances, chance, asked) {
    const grown = patience.interval * patience.factor ** Math.min(disturbances, LONGEST_GROWTH);
    const longest = Math.max(patience.cap, patience.interval);
    return Math.max(Math.min(grown, longest), asked ?? 0) * (1 + patience.jitter * chance);
}
/** How many seconds the provider asks to wait: in the header, or in the body as `retry_after` or `retryAfter`. */
export function retryAfter(headers, body) {
    const header = headers.get("retry-after");
    if (header !== null)
        return seconds(header);
    return typeof body === "string" ? null : seconds(String(body["retry_after"] ?? body["retryAfter"]));
}
/** Read `23` or `0.5`; a date is not read, since the two clocks may differ, and counts as nothing. */
function seconds(text) {
    return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : null;
}
