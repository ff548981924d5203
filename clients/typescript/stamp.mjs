// The second half of `npm run build`: says at the head of each .js what it is made of, so that a stale one is found out.

import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";

for (const folder of [".", "core"]) {
  for (const name of (await readdir(folder)).filter((each) => each.endsWith(".ts"))) {
    const made = `${folder}/${name.replace(/ts$/, "js")}`;
    const [source, body] = [await readFile(`${folder}/${name}`, "utf8"), await readFile(made, "utf8")];
    const digest = createHash("sha256").update(source).update(body).digest("hex");
    await writeFile(made, `// Made of ${name} by "npm run build": change that one. ${digest.slice(0, 16)}\n${body}`);
  }
}
