// A running server behind Prism, which holds each request and each answer against the contract.
// node prism.mjs <the contract> <the server's origin> <where prism is installed> <token>...
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { exchange, read } from "./requests.mjs";

const [contract, origin, tools, ...tokens] = process.argv.slice(2);

const program = `${tools}/node_modules/.bin/prism`;
const proxy = spawn(program, ["proxy", contract, `${origin}/v1.0`, "--errors", "--port", "0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  await exchange(read(contract), await address(), tokens, ({ headers, text }) =>
    // The type of its own errors, and of nothing that the server answers.
    headers.get("Content-Type")?.startsWith("application/problem+json") ? text : undefined,
  );
} finally {
  proxy.kill();
}

/** Where it listens. */
async function address() {
  for await (const line of createInterface(proxy.stdout)) {
    const listening = line.match(/listening on (http:\S+)/);
    if (listening) return listening[1];
  }
  throw new Error("Prism ended");
}
