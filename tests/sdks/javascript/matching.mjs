// The matchers of sdks/conformance/README.md: what differs, in words.

const TYPES = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: (value) => isObject(value),
  null: (value) => value === null,
};
const size = (value) => (Array.isArray(value) || typeof value === "string" ? value.length : value);
const column = (value, member) => value.map((item) => foundAt(item, member));
const SPECIAL = {
  $any: (value) => value !== undefined,
  $absent: (value) => value === undefined,
  $type: (value, wanted) => TYPES[wanted](value),
  $match: (value, wanted) => typeof value === "string" && new RegExp(wanted).test(value),
  $len: (value, wanted) => value?.length === wanted,
  $min: (value, wanted) => size(value) >= wanted,
  $max: (value, wanted) => size(value) <= wanted,
  $one_of: (value, wanted) => wanted.some((each) => mismatches(value, each).length === 0),
  $unique: (value, wanted) => new Set(column(value, wanted)).size === value.length,
  $ascending: (value, wanted) => column(value, wanted).every((item, at, all) => !at || all[at - 1] <= item),
};

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value) {
  return (JSON.stringify(value) ?? "nothing").slice(0, 300);
}

export function foundAt(value, path) {
  for (const part of path.split(".")) {
    if (Array.isArray(value)) value = value.at(Number(part));
    else value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

function isEqual(value, wanted) {
  if (!Array.isArray(wanted)) return value === wanted;
  return Array.isArray(value) && value.length === wanted.length && wanted.every((item, at) => !mismatches(value[at], item).length);
}

export function mismatches(value, matcher, place = "result") {
  if (!isObject(matcher)) return isEqual(value, matcher) ? [] : [`${place}: ${shown(value)} instead of ${shown(matcher)}`];
  return Object.entries(matcher).flatMap(([key, wanted]) => {
    if (key === "$each") return value.flatMap((item, at) => mismatches(item, wanted, `${place}.${at}`));
    if (key === "$not") return mismatches(value, wanted).length ? [] : [`${place}: ${shown(value)} is what it must not be`];
    if (key.startsWith("$")) {
      if (!(key in SPECIAL)) return [`${place}: the driver does not know ${key}`];
      return SPECIAL[key](value, wanted) ? [] : [`${place}: ${shown(value)} does not fit ${key} ${shown(wanted)}`];
    }
    return mismatches(foundAt(value, key), wanted, `${place}.${key}`);
  });
}
