// A page of another origin reads the contract, and what Graph answers after a preflight. A token of the sample's application, whose
// secret is public, the browser keeps from it.
// node cross-origin.mjs <origin> <where playwright-core is installed>
import { expect, withPage } from "./chromium.mjs";

const [origin, tools] = process.argv.slice(2);
const elsewhere = origin.replace("127.0.0.1", "localhost");

/** The status of the answer, as far as the page learns it. */
function ask(page, path, options) {
  const status = ([url, options]) => fetch(url, options).then((answer) => answer.status, () => "kept");
  return page.evaluate(status, [origin + path, options]);
}

async function visit(page) {
  await page.goto(`${elsewhere}/health`);
  expect("the contract", await ask(page, "/openapi.json"), 200);
  expect("the keys", await ask(page, "/common/discovery/v2.0/keys"), 200);
  const headers = { Authorization: "Bearer none" };
  expect("Graph, without a good token", await ask(page, "/v1.0/groups", { headers }), 401);
  expect("the token endpoint", await ask(page, "/common/oauth2/v2.0/token", { method: "POST", body: "" }), "kept");
}

// The browser has a line on each refusal in its console.
await withPage(tools, "http://", visit, { isExpected: () => true });
