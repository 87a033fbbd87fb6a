// Requests for what stands between client and server and validates them and their answers: each operation of the contract
// with the contract's own examples.
import { readFileSync } from "node:fs";

/** Those that only read come first. */
const ORDER = ["get", "post", "put", "patch", "delete"];

/**
 * Whose object another operation's example has deleted or restored before, or left as the last owner; and what a tenant has only one
 * of, which the sample has.
 */
const REFUSED = [
  "delete_user",
  "delete_deleted_item",
  "remove_group_owner_by_reference",
  "create_group_setting",
  "create_group_lifecycle_policy",
  // Only who has the key of a certificate proves it, and the sample has none.
  "add_application_key",
  "remove_application_key",
  "add_service_principal_key",
  "remove_service_principal_key",
  // Only the server knows: the ids of passwords, and a password that the sample's users don't have.
  "remove_application_password",
  "remove_service_principal_password",
  "change_my_password",
  // The same assignment as the one that is made at the resource's end.
  "create_user_app_role_assignment",
];

/** After this nothing is answered any more to the user who did it. */
const LAST = "/me/revokeSignInSessions";

/** Reads the contract. */
export function read(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/**
 * Sends each operation's example to what listens at `base`: with each token, so that the second finds done what the first
 * did, or may not do it. `violation` gives what the validator says of an answer. Fails where it says anything, and where an
 * operation was never done that could be.
 */
export async function exchange(contract, base, tokens, violation) {
  const faults = [];
  for (const request of requests(contract)) {
    const statuses = [];
    for (const token of tokens) {
      const answer = await send(base + request.path, token, request);
      statuses.push(answer.status);
      const said = violation(answer);
      if (said) faults.push(`${request.name}: ${said}`);
    }
    if (statuses.some((status) => status < 300) === REFUSED.includes(request.name)) {
      faults.push(`${request.name} answers ${statuses.join(" and ")}`);
    }
  }
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}

function requests(contract) {
  const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
    ORDER.filter((method) => item[method]).map((method) => ({ method, path, ...item[method] })),
  );
  // What is in an object before the object itself: longer paths first, as objects are deleted last.
  operations.sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method) || b.path.length - a.path.length);
  operations.sort((a, b) => (a.path === LAST) - (b.path === LAST));
  return operations.map((operation) => request(contract, operation));
}

function request(contract, { method, path, operationId, parameters = [], requestBody }) {
  const examples = (place) =>
    parameters
      .filter((parameter) => parameter.in === place && parameter.example !== undefined)
      .map(({ name, example }) => [name, String(example)]);
  const filled = examples("path").reduce((path, [name, example]) => path.replace(`{${name}}`, example), path);
  const query = new URLSearchParams(examples("query"));
  return {
    name: operationId,
    method: method.toUpperCase(),
    path: query.size > 0 ? `${filled}?${query}` : filled,
    headers: Object.fromEntries(examples("header")),
    body: requestBody && JSON.stringify(requestBody.content["application/json"].example),
  };
}

async function send(url, token, { method, headers, body }) {
  const all = { ...headers, Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) };
  const answer = await fetch(url, { method, headers: all, body });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
