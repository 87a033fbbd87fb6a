// Opens the published documentation, a file without a server, and finds an operation in it.
// node docs-site.mjs <the page> <where playwright-core is installed>
import { pathToFileURL } from "node:url";
import { expect, withPage } from "./chromium.mjs";

const [file, tools] = process.argv.slice(2);
const url = pathToFileURL(file).href;

await withPage(tools, url, async (page) => {
  await page.goto(url);
  await page.getByRole("heading", { name: "Roster, the directory of Microsoft Graph" }).first().waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("add a member");
  const found = page.getByText("Add a member to a group").last();
  await found.waitFor();
  await found.click();
  await page.waitForURL(/add_group_member/);
  expect("the permalink names the operation", page.url().includes("add_group_member"), true);
});
