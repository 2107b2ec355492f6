import { BadResponseError } from "./errors.js";
import { OPERATIONS, SHAPES } from "./operations.js";

/** `group.method` -> the HTTP method and path, and what it takes, answers and accepts. */
export const operations = {};
let group;
for (const line of OPERATIONS.split("\n")) {
  const [name, method, path, takes, shape] = line.split(" ");
  if (!method) group = name;
  else operations[`${group}.${name}`] = { method, path, _takes: takes, _shape: shape, _accept: shape === "." ? "" : "application/json" };
}

const shapes = {};
for (const line of SHAPES.split("\n")) {
  const [name, ...members] = line.split(" ");
  shapes[name] = members.map((member) => member.split(":"));
}
const KINDS = { "": "string", b: "boolean", o: "object", a: "array" };

/** Throws where a value is not what the table says. Unknown members and unknown values of enumerations are fine. */
export function checkShape(value, kind, place = "the answer") {
  const members = shapes[kind];
  const isList = kind[0] === "*";
  const found = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const wanted = members ? "object" : isList ? "array" : (KINDS[kind] ?? found);
  if (found !== wanted || value === undefined) throw new BadResponseError(`${place} is ${found}, not ${wanted}`);
  members?.forEach(([name, kind = ""]) => checkShape(value[name], kind, `${place}.${name}`));
  if (isList) value.forEach((item, at) => checkShape(item, kind.slice(1), `${place}.${at}`));
}
