// A running server behind express-openapi-validator, which holds each request and each answer against the contract.
// node express-openapi-validator.mjs <the contract> <the server's origin> <where express is installed> <token>...
import { once } from "node:events";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { exchange, read } from "./requests.mjs";

const [contract, origin, tools, ...tokens] = process.argv.slice(2);
const require = createRequire(resolve(tools, "package.json"));
const express = require("express");
const validator = require("express-openapi-validator");

/** What the validator refuses is told with this status, which the server never answers. */
const VIOLATION = 599;

/** Sends a request on to the server, and its answer back. */
async function pass(request, response) {
  const { authorization, consistencylevel, "content-type": type } = request.headers;
  const answer = await fetch(origin + request.originalUrl, {
    method: request.method,
    headers: {
      authorization,
      ...(consistencylevel && { consistencylevel }),
      ...(type && { "content-type": type }),
    },
    body: request.method === "GET" || request.method === "DELETE" ? undefined : JSON.stringify(request.body),
  });
  const text = await answer.text();
  response.status(answer.status);
  if (!text) return response.end();
  const kind = answer.headers.get("Content-Type");
  // The validator checks only what is sent as JSON. A count is text: its body goes unchecked here, and is checked by Prism.
  return kind.startsWith("application/json") ? response.json(JSON.parse(text)) : response.type(kind).send(text);
}

const app = express();
app.use(express.json());
app.use(validator.middleware({ apiSpec: contract, validateRequests: true, validateResponses: true }));
app.use(pass);
app.use((error, _request, response, _next) => response.status(VIOLATION).send(error.message));

const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const base = `http://127.0.0.1:${server.address().port}/v1.0`;
await exchange(read(contract), base, tokens, ({ status, text }) => (status === VIOLATION ? text : undefined));
server.close();
