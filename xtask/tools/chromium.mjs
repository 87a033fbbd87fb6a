// A page in Debian's Chromium without a window, and what must not happen in it.
import { createRequire } from "node:module";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ARGUMENTS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** Notes an error in the console, an exception, a request that isn't to `origin`. */
function watch(page, origin, isExpected) {
  const faults = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !isExpected(message)) {
      faults.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.stack}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) {
      faults.push(`a request that leaves the origin: ${request.url()}`);
    }
  });
  return faults;
}

/** Runs `visit` with a new page. Whatever goes wrong is printed and makes the process fail. */
export async function withPage(tools, origin, visit, { isExpected = () => false, ...options } = {}) {
  const { chromium } = createRequire(resolve(tools, "package.json"))("playwright-core");
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  const browser = await chromium.launchPersistentContext(folder, {
    executablePath: "/usr/bin/chromium",
    args: ARGUMENTS,
    ...options,
  });
  try {
    browser.setDefaultTimeout(20_000);
    const page = await browser.newPage();
    const faults = watch(page, origin, isExpected);
    await visit(page).catch((error) => faults.unshift(error.stack));
    if (faults.length > 0) {
      console.error(faults.join("\n"));
      process.exitCode = 1;
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

export function expect(what, found, wanted) {
  if (found !== wanted) {
    throw new Error(`${what}: ${found}, not ${wanted}`);
  }
  console.log(`${what}: ${found}`);
}
