// Holds a toy map, written in JavaScript, to exported vectors:
//     mmap-conformance vectors export vectors.json && node vectors.mjs vectors.json
// It knows maps of whole files and of none, and a few methods; other vectors are skipped. Exits with 1 where an
// outcome is not allowed.
import { readFileSync } from "node:fs";

const raise = (name) => { throw { raises: name }; };
const integer = (value) => {
  if (!Number.isInteger(value)) raise("TypeError");
  return Math.abs(value) < 2 ** 63 ? value : raise("OverflowError");
};

class Mmap {
  constructor(file, length) {
    if (length < 0) raise("OverflowError");
    if (length === 0 && file === null) raise("OSError");
    if (file !== null && file.length === 0) raise("ValueError");
    this.data = file ?? Buffer.alloc(length);
    this.position = 0;
  }
  tell() { return this.position; }
  "len()"() { return this.data.length; }
  read(count) {
    if (count !== undefined && count !== null) integer(count);
    const rest = this.data.length - this.position;
    const taken = count === undefined || count === null || count < 0 ? rest : Math.min(count, rest);
    this.position += taken;
    return this.data.subarray(this.position - taken, this.position);
  }
  write(bytes) {
    if (!Buffer.isBuffer(bytes)) raise("TypeError");
    if (bytes.length > this.data.length - this.position) raise("ValueError");
    bytes.copy(this.data, this.position);
    this.position += bytes.length;
    return bytes.length;
  }
  seek(place, whence = 0) {
    integer(place);
    if (integer(whence) < 0 || whence > 2) raise("ValueError");
    const target = [0, this.position, this.data.length][whence] + place;
    if (target < 0 || target > this.data.length) raise("ValueError");
    return (this.position = target);
  }
}

// The period of a pattern is 251 bytes long.
const TEXT = Array.from({ length: 251 }, (_, i) => (i % 23 ? (i * 7 + 97) % 256 : 10));
const pattern = (length, seed) => Buffer.from(Array.from({ length }, (_, i) => TEXT[(i + seed) % 251]));
const unknown = () => { throw "skip"; };

function value(argument, things) {
  if (argument === null || typeof argument !== "object") return argument;
  const [tag, content] = Object.entries(argument)[0];
  if (tag === "descriptor") return things[content] ?? unknown();
  if (tag === "pattern") return pattern(...content);
  return ["bytes", "bytearray", "memoryview", "array"].includes(tag) ? Buffer.from(content, "latin1") : unknown();
}

function same(got, told) {
  if (!Buffer.isBuffer(got)) return got === told;
  return told?.digest ? told.digest.length === got.length : told?.bytes === got.toString("latin1");
}

function allows(allowed, outcome) {
  if ("returns" in allowed) return "returned" in outcome && same(outcome.returned, allowed.returns);
  if (allowed.words === "anything") return "returned" in outcome;
  if ("if it returns" in allowed) return !("returned" in outcome) || allows(allowed["if it returns"], outcome);
  if ("raises" in allowed) return allowed.raises.includes(outcome.raises) || (allowed.raises.includes("Exception") && "raises" in outcome);
  if ("does not raise" in allowed) return !allowed["does not raise"].includes(outcome.raises);
  if ("either" in allowed) return allowed.either.some((each) => allows(each, outcome));
  return "survives" in allowed || unknown();
}

function outcomeOf(things, { target, method, arguments: given, keywords }) {
  if (Object.keys(keywords).length) unknown();
  const values = given.map((each) => value(each, things));
  try {
    if (method === "file()") {
      if (values.length > 1 && values[1] !== "update") unknown();
      things[target] = values[0];
      return { returned: null };
    }
    if (method === "mmap()") {
      const [file, length] = values;
      if (!Number.isInteger(length) || (Buffer.isBuffer(file) ? length > 0 : file !== -1)) unknown();
      things[target] = new Mmap(file === -1 ? null : file, length);
      return { returned: null };
    }
    if (method === "contents") return { returned: things[target] };
    const map = things[target];
    if (!(map instanceof Mmap) || method === "constructor" || !(method in Mmap.prototype)) unknown();
    if (values.length > map[method].length + (method === "seek")) return { raises: "TypeError" };
    return { returned: map[method](...values) };
  } catch (error) {
    if (error?.raises) return error;
    throw error;
  }
}

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const { clause, program } of JSON.parse(readFileSync(process.argv[2])).vectors) {
  const things = {};
  let verdict = "passed";
  try {
    for (const operation of program) {
      const outcome = outcomeOf(things, operation);
      for (const { clause: asked, allowed } of operation.expected) {
        if (allows(allowed, outcome)) continue;
        console.log(`${clause}: ${asked}: ${operation.method} gave`, outcome, "not", allowed);
        verdict = "failed";
      }
    }
  } catch (error) {
    if (error !== "skip") throw error;
    if (verdict === "passed") verdict = "skipped";
  }
  counts[verdict] += 1;
}
console.log(counts);
process.exit(counts.failed ? 1 : 0);
