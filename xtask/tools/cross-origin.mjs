// A page of another origin reads the contract, and what Graph answers after a preflight. A token of the sample's
// application, whose secret is public, the browser keeps from it.
// node cross-origin.mjs <origin> <where playwright-core is installed>
import { expect, withPage } from "./chromium.mjs";

const [origin, tools] = process.argv.slice(2);
const elsewhere = origin.replace("127.0.0.1", "localhost");

const GROUPS = "/v1.0/groups";
const TOKEN = "/common/oauth2/v2.0/token";

/** What the browser's console says of each refusal, and of which path. */
const REFUSED = [
  ["the server responded with a status of 401", GROUPS],
  ["the server responded with a status of 401", "/favicon.ico"],
  ["the server responded with a status of 400", TOKEN],
  ["has been blocked by CORS policy", ""],
  ["Failed to load resource: net::ERR_FAILED", TOKEN],
];

const isExpected = (message) =>
  REFUSED.some(([text, path]) => message.text().includes(text) && new URL(message.location().url).pathname.endsWith(path));

/** The status of the answer, as far as the page learns it. */
function ask(page, path, options) {
  const status = ([url, options]) => fetch(url, options).then((answer) => answer.status, () => "kept");
  return page.evaluate(status, [origin + path, options]);
}

async function visit(page) {
  const kept = [];
  page.on("console", (message) => {
    const [, url] = message.text().match(/^Access to fetch at '(.*?)' from origin .* has been blocked by CORS policy/) ?? [];
    if (url) {
      kept.push(url);
    }
  });
  const form = { method: "POST", body: "" };
  await page.goto(`${elsewhere}/health`);
  expect("the contract", await ask(page, "/openapi.json"), 200);
  expect("the keys", await ask(page, "/common/discovery/v2.0/keys"), 200);
  const headers = { Authorization: "Bearer none" };
  expect("Graph, without a good token", await ask(page, GROUPS, { headers }), 401);
  expect("the token endpoint", await ask(page, TOKEN, form), "kept");
  expect("what the browser kept", kept.join(), origin + TOKEN);
  await page.goto(`${origin}/health`);
  expect("the token endpoint, from its own origin", await ask(page, TOKEN, form), 400);
}

await withPage(tools, "http://", visit, { isExpected });
