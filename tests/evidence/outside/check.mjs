// Asks verifiers that others wrote: `node check.mjs MODULES QUESTION.json`, exit 0 when they accept.
// MODULES is the folder of node_modules that holds @sigstore/verify and @noble/post-quantum.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, question] = process.argv.slice(2);
const asked = JSON.parse(readFileSync(question, "utf-8"));
const bytes = text => Buffer.from(text, "hex");
if (asked.kind === "inclusion") {
  const { verifyMerkleInclusion } = createRequire(import.meta.url)(`${modules}/@sigstore/verify/dist/tlog/merkle.js`);
  verifyMerkleInclusion(
    { canonicalizedBody: bytes(asked.entry), inclusionProof: { logIndex: String(asked.index), hashes: asked.proof.map(bytes) } },
    { logSize: BigInt(asked.size), logHash: bytes(asked.root) },
  );
} else {
  const { ml_dsa44 } = await import(pathToFileURL(`${modules}/@noble/post-quantum/ml-dsa.js`));
  if (!ml_dsa44.verify(bytes(asked.signature), bytes(asked.message), bytes(asked.key))) throw new Error("refused");
}
