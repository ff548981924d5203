// Made of answers.ts by "npm run build": change that one. ba187f724433ba57
/** Reading JSON into typed answers, without losing what they do not know. */
/** The words, in lower case, that end a job, in either generation of the providers' documents. */
const WORDS = new Map([
    ["completed", "done"], ["complete", "done"], ["done", "done"], ["succeeded", "done"], ["partial", "done"],
    ["failed", "failed"], ["error", "failed"],
    ["cancelled", "cancelled"], ["canceled", "cancelled"],
]);
/** JSON is not as it is documented; becomes a BadAnswerError. */
export class WrongShape extends Error {
}
/** What a provider's word means. */
export function meaning(word) {
    return WORDS.get(word.trim().toLowerCase()) ?? "going";
}
/** Read a JSON object; throws WrongShape. */
export function parsed(text) {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch {
        throw new WrongShape(`no JSON: ${text.slice(0, 80)}`);
    }
    if (!isObject(value))
        throw new WrongShape(`no JSON object: ${text.slice(0, 80)}`);
    return value;
}
function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
/**
 * The fields of one object: each is taken by its name, and `rest()` is what nobody took.
 *
 * A field that is missing, null or of another type is null, or throws WrongShape where it is needed.
 */
export class Fields {
    #left;
    constructor(body) {
        this.#left = new Map(Object.entries(body));
    }
    /** A text that must be there. */
    need(name) {
        const value = this.text(name);
        if (!value)
            throw new WrongShape(`${name} is missing`);
        return value;
    }
    /** The first text among some names. */
    text(...names) {
        const found = names.map((name) => this.#take(name)).find((value) => typeof value === "string");
        return typeof found === "string" ? found : null;
    }
    /** A number. */
    number(name) {
        const value = this.#take(name);
        return typeof value === "number" ? value : null;
    }
    /** A sum of money in decimal notation: a text stays as it is, and a number becomes one. */
    sum(name) {
        const value = this.#take(name);
        if (typeof value === "number")
            return String(value);
        return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)) ? value : null;
    }
    /** True or false. */
    flag(name) {
        const value = this.#take(name);
        return typeof value === "boolean" ? value : null;
    }
    /** The fields of an object in this one; of an empty one, if there is none. */
    inner(name) {
        const value = this.#take(name);
        return new Fields(isObject(value) ? value : {});
    }
    /** The fields of each object in a list. */
    many(name) {
        const value = this.#take(name);
        return Array.isArray(value) ? value.filter(isObject).map((each) => new Fields(each)) : [];
    }
    /** What nobody took, with what nobody took from inner objects under their names. */
    rest(inner = {}) {
        const left = new Map(this.#left);
        for (const [name, fields] of Object.entries(inner)) {
            const rest = fields.rest();
            if (Object.keys(rest).length > 0)
                left.set(name, rest);
        }
        return Object.fromEntries(left);
    }
    #take(name) {
        const value = this.#left.get(name);
        this.#left.delete(name);
        return value;
    }
}
