/**
 * A `fetch` for your own tests: gives the answers one after the other and notes the requests.
 * `new Client({ apiKey: "test", fetch: fakeFetch([{ json: { data: [], has_more: false, next_cursor: null } }]) })`
 */
export function fakeFetch(answers) {
  const waiting = [...answers];
  const requests = [];
  const fake = async (url, { method, headers, body }) => {
    requests.push({ method, url: String(url), headers, body: body && JSON.parse(body) });
    const answer = waiting.shift();
    if (answer === undefined) throw new TypeError(`no answer is left for ${method} ${url}`);
    if (answer instanceof Error) throw answer;
    const { status = 200, headers: sent, json, text = "" } = answer;
    const type = json === undefined ? {} : { "content-type": "application/json" };
    return new Response(json === undefined ? text : JSON.stringify(json), { status, headers: { ...type, ...sent } });
  };
  return Object.assign(fake, { requests });
}
