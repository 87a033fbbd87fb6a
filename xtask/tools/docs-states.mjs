// Opens the documentation of a running server in Chromium, light and dark, wide and narrow, and goes through its states.
// In each, axe-core finds nothing and nothing has to be scrolled sideways.
// node docs-states.mjs <origin> <where axe-core and playwright-core are installed> [<folder for screenshots>]
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { expect, withPage } from "./chromium.mjs";

const [origin, tools, screenshots] = process.argv.slice(2);
const axe = createRequire(resolve(tools, "package.json"))("axe-core");

/** A fault of the page, as axe-core found it: the rule, and where it is broken. */
const inWords = ({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`);

/** Looks at the page as it is now. */
async function look(page, name, state) {
  const { violations } = await page.evaluate(() => window.axe.run());
  expect(`${name}, ${state}: what axe-core finds`, violations.flatMap(inWords).join("\n"), "");
  const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
  expect(`${name}, ${state}: width`, width, page.viewportSize().width);
  if (screenshots) {
    await page.screenshot({ path: join(screenshots, `${name} ${state}.png`.replaceAll(" ", "-")) });
  }
}

const operations = (page) => page.locator(".opblock");
const focused = (page) => page.locator(":focus");

async function search(page, phrase, count) {
  await page.getByRole("searchbox", { name: "Search operations" }).fill(phrase);
  await page.waitForFunction((count) => document.querySelectorAll(".opblock").length === count, count);
}

/** Presses Tab until what has the focus is one of these, and gives how often. */
async function tabsTo(page, target, most) {
  for (let tabs = 1; tabs <= most; tabs++) {
    await page.keyboard.press("Tab");
    if (await target.evaluateAll((elements) => elements.includes(document.activeElement))) {
      return tabs;
    }
  }
  return Infinity;
}

async function send(page, operation, status) {
  await operation.getByRole("button", { name: "Execute" }).click();
  await page.getByText(`The server answered ${status}`).waitFor({ state: "attached" });
  await operation.locator(".live-responses-table .response-col_status", { hasText: String(status) }).waitFor();
}

async function visit(page, name) {
  await page.goto(origin);
  await operations(page).first().waitFor();
  expect("a browser that asks for the server is led here", new URL(page.url()).pathname, "/docs/");
  await page.evaluate(axe.source);
  await look(page, name, "new");

  await search(page, "qwertz", 0);
  await page.getByText("No operation has “qwertz” in its").waitFor();
  await look(page, name, "no hit");
  expect("and nothing says more than that", await page.getByText("No operation").count(), 1);

  const taking = await page.evaluate(async () => {
    const { paths } = await (await fetch("../openapi.json")).json();
    const operations = Object.values(paths).flatMap((item) => Object.values(item));
    return operations.filter((operation) => JSON.stringify(operation["x-permissions"]).includes('"GroupMember.ReadWrite.All"')).length;
  });
  expect("operations take the permission", taking > 1, true);
  await search(page, "GroupMember.ReadWrite.All", taking);
  await search(page, "member.readwrite", taking);
  await page.getByText(`${taking} of `).waitFor();

  await search(page, "add a member to a group", 1);
  await look(page, name, "a hit");
  const tabs = await tabsTo(page, page.locator(".opblock-summary-control"), 3);
  expect("Tabs from the search to a hit", tabs <= 3, true);
  await page.keyboard.press("Enter");
  const operation = operations(page).first();
  await operation.getByRole("button", { name: "Execute" }).waitFor();
  await operation.locator("tr.response[data-code='504'] pre").waitFor();
  const statuses = await operation.locator(".responses-wrapper tr.response").evaluateAll((rows) =>
    rows.map((row) => [row.dataset.code, row.querySelectorAll("[data-name=examplePanel]").length].join(" ")),
  );
  expect("examples", statuses.join(", "), "204 0, 400 1, 401 1, 403 1, 404 1, 413 1, 415 1, 429 1, 500 1, 503 1, 504 1");
  await look(page, name, "an operation");

  await send(page, operation, 401);
  await page.getByText("401: the request carried no token").waitFor();
  expect("a 401 leads to the button", await focused(page).textContent(), "Use the sample's application");
  await look(page, name, "401");
  await page.keyboard.press("Enter");
  await page.getByText("Requests carry a token of the sample's application.").waitFor();
  expect("and with a token back to where it was", await focused(page).textContent(), "Execute");

  await search(page, "list users", 1);
  await operations(page).first().locator(".opblock-summary-control").click();
  await send(page, operations(page).first(), 200);
  await look(page, name, "an answer");

  await search(page, "get a user", 1);
  const user = operations(page).first();
  await user.locator(".opblock-summary-control").click();
  await user.locator(".parameters input").first().fill("x".repeat(256));
  await send(page, user, 404);
  await look(page, name, "an answer with a long word");
}

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 360]) {
    await withPage(tools, origin, (page) => visit(page, `${colorScheme} ${width}`), {
      // The browser's own lines on the refusals that are asked for.
      isExpected: (message) => /401 \(Unauthorized\)|404 \(Not Found\)/.test(message.text()),
      viewport: { width, height: 844 },
      colorScheme,
      // Colours on their way from one to another aren't looked at.
      reducedMotion: "reduce",
    });
  }
}
