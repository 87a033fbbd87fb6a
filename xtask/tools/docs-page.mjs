// Opens the documentation of a running server in Chromium and adds a member to a group by it, as a visitor would.
// node docs-page.mjs <origin> <where playwright-core is installed> <where the screenshot is written>
import { expect, withPage } from "./chromium.mjs";

const [origin, tools, screenshot] = process.argv.slice(2);

const OPERATION = "add_group_member";
const MEMBERS = "/v1.0/groups/5a3e0000-0000-4000-8000-000000000201/members/$ref";

/** Sends what stands in the form, and gives the status that the server answered and the page shows. */
async function send(page, operation) {
  const answered = page.waitForResponse((response) => decodeURIComponent(response.url()).endsWith(MEMBERS));
  await operation.getByRole("button", { name: "Execute" }).click();
  const status = (await answered).status();
  await operation.locator(".live-responses-table .response-col_status", { hasText: String(status) }).waitFor();
  return status;
}

async function visit(page) {
  await page.goto(`${origin}/docs`);
  await page.locator(".opblock").first().waitFor();
  const all = await page.locator(".opblock").count();
  await page.getByRole("searchbox", { name: "Search operations" }).fill("add a member to a group");
  const operation = page.locator(".opblock", { hasText: "Add a member to a group" });
  await page.waitForFunction(() => document.querySelectorAll(".opblock").length === 1);
  console.log(`found one of ${all} operations`);

  await page.getByRole("button", { name: "Use the sample's application" }).click();
  await page.getByText("Requests carry a token of the sample's application.").waitFor();

  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Execute" }).waitFor();
  expect("the permalink names the operation", new URL(page.url()).hash.endsWith(`/${OPERATION}`), true);
  expect("added", await send(page, operation), 204);
  expect("added again", await send(page, operation), 400);
  await operation.getByText("already exist").first().waitFor();

  await operation.locator(".opblock-section-request-body").evaluate((element) => element.scrollIntoView());
  await page.screenshot({ path: screenshot });

  // The permalink is enough to reach the operation, and nothing of the token was kept.
  const bar = page.getByLabel("Access token");
  const token = await bar.inputValue();
  await page.reload();
  await operation.getByRole("button", { name: "Execute" }).waitFor();
  expect("token after a reload", await bar.inputValue(), "");

  await bar.fill(token);
  await page.getByText("Requests carry the token above.").waitFor();
  expect("added with the token that was pasted", await send(page, operation), 400);
}

await withPage(tools, origin, visit, {
  // The browser's own line on the refusal that is asked for above.
  isExpected: (message) => message.location().url.endsWith(MEMBERS) && message.text().includes("400 (Bad Request)"),
  // A screenshot of 1200 by 800.
  viewport: { width: 1440, height: 960 },
  deviceScaleFactor: 1 / 1.2,
});
