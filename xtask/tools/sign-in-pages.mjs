// Signs in to a page with MSAL, as docs/clients/msal-browser.md has it, by Roster's own pages. Each of those is looked at, light and
// dark, wide and narrow: axe-core finds nothing, nothing has to be scrolled sideways, and the keyboard alone is enough.
// node sign-in-pages.mjs <https origin> <folder with index.html> <where axe-core, msal-browser and playwright-core are installed> [<folder for screenshots>]
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { expect, withPage } from "./chromium.mjs";

const [origin, folder, tools, screenshots] = process.argv.slice(2);
const axe = createRequire(resolve(tools, "package.json"))("axe-core");
const tenant = `${origin}/5a3e0000-0000-4000-8000-000000000000`;

/** Serves the page where the sample's application has it, and its library from where that is installed. */
function serve() {
  const types = { html: "text/html", js: "text/javascript" };
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const path = pathname.startsWith("/node_modules/") ? join(tools, pathname) : join(folder, "index.html");
    const text = await readFile(path).catch(() => undefined);
    response.writeHead(text ? 200 : 404, { "Content-Type": types[path.split(".").pop()] ?? "text/plain" }).end(text);
  });
  return new Promise((done, failed) => server.on("error", failed).listen(3000, "localhost", () => done(server)));
}

/** A fault of the page, as axe-core found it: the rule, and where it is broken. */
const inWords = ({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`);

/** Looks at one of Roster's pages as it is now. */
async function look(page, name, state) {
  const { violations } = await page.evaluate(`${axe.source}; window.axe.run()`);
  expect(`${name}, ${state}: what axe-core finds`, violations.flatMap(inWords).join("\n"), "");
  const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
  expect(`${name}, ${state}: width`, width, page.viewportSize().width);
  if (screenshots) {
    await page.screenshot({ path: join(screenshots, `${name} ${state}.png`.replaceAll(" ", "-")), fullPage: true });
  }
}

async function press(page, name) {
  await page.getByRole("button", { name }).focus();
  await page.keyboard.press("Enter");
}

const says = (page, text) => page.getByText(text).waitFor();

/** Signs somebody in who hasn't consented yet. */
async function signIn(page, name, here, person) {
  await page.goto(here);
  await says(page, "Nobody is signed in.");
  await press(page, "Sign in");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await look(page, name, "sign in");
  await page.getByText("Another account").click();
  await page.getByLabel("Sign-in name").fill("nobody@contoso.example");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  expect(`${name}, no such account: title`, await page.title(), "Error: Sign in");
  expect(`${name}, no such account: focus`, await page.evaluate(() => document.activeElement.name), "username");
  await look(page, name, "no such account");
  await press(page, new RegExp(`^${person}`));
  await page.getByRole("heading", { name: "Permissions requested" }).waitFor();
  await look(page, name, "consent");
  await press(page, "Accept");
  await says(page, `signed in: ${person}`);
  await press(page, "Renew");
  await says(page, `renewed: ${person}`);
  await press(page, "Sign out");
  await says(page, "Nobody is signed in.");
  expect(`${name}, signed out: led to`, new URL(page.url()).origin, new URL(here).origin);
}

async function enterCode(page, name) {
  const client = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
  const body = new URLSearchParams({ client_id: client, scope: "openid User.Read" });
  const answer = await page.request.post(`${tenant}/oauth2/v2.0/devicecode`, { form: Object.fromEntries(body) });
  const { user_code: code, verification_uri: uri } = await answer.json();
  await page.goto(uri);
  await look(page, name, "enter code");
  await page.getByLabel("Code").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  await look(page, name, "wrong code");
  await page.getByLabel("Code").fill(code.toLowerCase());
  await page.keyboard.press("Enter");
  await press(page, /^Grace Hopper/);
  await page.getByRole("heading", { name: "Sign in on another device?" }).waitFor();
  await look(page, name, "another device");
  await press(page, "Continue");
  await page.getByRole("heading", { name: "Signed in" }).waitFor();
  await look(page, name, "device signed in");
  await page.goto(`${tenant}/oauth2/v2.0/authorize?client_id=${client}&response_type=code&redirect_uri=https://elsewhere.example`);
  await page.getByRole("alert").waitFor();
  await look(page, name, "wrong redirect URI");
}

const server = await serve();
const here = "http://localhost:3000/";
const wide = { width: 1280, height: 900 };
const narrow = { width: 360, height: 640 };
/** What the browser's console says of the pages that refuse something. */
const isExpected = (message) => /status of 40[04]/.test(message.text());
for (const [name, viewport, colorScheme, person] of [
  ["wide and light", wide, "light", "Ada Lovelace"],
  ["wide and dark", wide, "dark", "Alan Turing"],
  ["narrow and light", narrow, "light", "Barbara Liskov"],
  ["narrow and dark", narrow, "dark", "Donald Knuth"],
]) {
  const options = { viewport, colorScheme, ignoreHTTPSErrors: true, bypassCSP: false, isExpected };
  await withPage(tools, "http", async (page) => {
    await signIn(page, name, here, person);
    await enterCode(page, name);
  }, options);
}
server.close();
