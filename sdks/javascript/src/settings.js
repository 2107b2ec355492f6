import { UsageError } from "./errors.js";

const HERE = "http://127.0.0.1:8080/v1";

/** Which server and which key: arguments, else the environment, else the CLI's profile, else this machine. */
export async function chooseServer({ baseUrl, apiKey, profile }) {
  const env = globalThis.process?.env ?? {};
  const given = profile ? {} : env;
  let url = baseUrl || given.CYBERAI_BASE_URL;
  let key = apiKey || given.CYBERAI_API_KEY;
  if ((!url || !key) && globalThis.process?.versions) {
    const stored = await (await import("./node.js")).readProfile(env, profile || env.CYBERAI_PROFILE);
    const home = stored.base_url || HERE;
    url ||= home;
    // A profile's key goes to the profile's own address only.
    key ||= rootOf(url) === rootOf(home) && stored.api_key;
  }
  key = (key || "").trim();
  // Anything else would be two headers, or no header.
  if (!/^[!-~]+$/.test(key)) throw new UsageError("There is no usable API key: set CYBERAI_API_KEY, or pass apiKey");
  return { root: rootOf(url || HERE), key };
}

/** The address without a final `/v1`. */
function rootOf(url) {
  try {
    const { protocol, username, password, search, hash, href } = new URL(url);
    if (/^https?:$/.test(protocol) && !(username || password || search || hash)) return href.replace(/\/+$|\/v1\/*$/, "");
  } catch {
    // Said below.
  }
  throw new UsageError("The base URL is not usable; write it as " + HERE);
}
