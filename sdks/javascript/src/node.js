// What needs files: loaded only where there are any, so that browsers never see it.

import { open, readFile, rename, rm } from "node:fs/promises";
import { UsageError } from "./errors.js";

/** The named or default profile of the CLI: `{base_url, api_key}`, empty where there is none. */
export async function readProfile(env, name) {
  const home = env.XDG_CONFIG_HOME || `${env.HOME || env.USERPROFILE}/.config`;
  const path = `${home}/cyberai/profiles.json`;
  let stored = {};
  try {
    stored = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    if (cause.code !== "ENOENT") throw new UsageError(`${path} cannot be read: ${cause.message}`, { cause });
  }
  name ||= stored?.default;
  const found = stored?.profiles?.[name];
  if (name && !found) throw new UsageError(`There is no profile ${name} in ${path}`);
  return found ?? {};
}

/**
 * Write the pieces of a body to a file, which appears only when it is whole; the number of bytes. `fetchInto` calls what
 * it is given with the pieces, and calls it again when it has to begin again.
 */
export async function save(path, fetchInto) {
  const partial = `${path}.${crypto.randomUUID()}.part`;
  try {
    const size = await fetchInto(async (pieces) => {
      const file = await open(partial, "w");
      let size = 0;
      try {
        for await (const piece of pieces) {
          await file.writeFile(piece);
          size += piece.length;
        }
      } finally {
        await file.close();
      }
      return size;
    });
    await rename(partial, path);
    return size;
  } finally {
    await rm(partial, { force: true });
  }
}
