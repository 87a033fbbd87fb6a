// Swagger UI over this server's contract, with a search through operations and a bar for the token.
// The token stays in this page's memory: it is in no storage and gone when the page is.
"use strict";

const [search, hits, tokenInput, useSample, note, answer] = ["search", "hits", "token", "use-sample", "note", "answer"].map(
  (id) => document.getElementById(id),
);

const BEARER = { type: "http", scheme: "bearer" };
const METHODS = ["get", "put", "post", "patch", "delete"];

/** Swagger UI has colours for a dark page, and leaves it to the page when to show them. */
function followColourScheme() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", paint);
  paint();
}

/** What each kind of token needs, as the contract says it. */
function permissions(operation) {
  const kinds = { application: "Application", delegated: "Delegated" };
  const lines = Object.entries(kinds).map(([kind, name]) => {
    const enough = (operation["x-permissions"] ?? []).filter((entry) => kind in entry);
    const part = ({ limitedTo }) => (limitedTo ? ` (only ${limitedTo})` : "");
    const names = (scopes) => scopes.map((scope) => `\`${scope}\``).join(" and ") || "any token is enough";
    const texts = enough.map((entry) => names(entry[kind]) + part(entry));
    return `| ${name} | ${texts.join(", or ") || "none is enough"} |`;
  });
  return ["| Token | Permissions |", "|---|---|", ...lines].join("\n");
}

/** The operations as they are searched: by what names them, and by all that is said of them. */
let searched = [];

/**
 * The contract as this page shows it: one scheme into which a token can be pasted stands in place of all ways to one, and
 * the permissions that operations need stand in their descriptions.
 */
function shown(contract) {
  searched = [];
  for (const [path, item] of Object.entries(contract.paths ?? {})) {
    for (const [method, operation] of METHODS.map((method) => [method, item[method]]).filter(([, it]) => it)) {
      operation.description = `${operation.description ?? ""}\n\n${permissions(operation)}`;
      operation.security = [{ token: [] }];
      const name = [...operation.tags, method, path, operation.summary, operation.operationId].join(" ").toLowerCase();
      searched.push({ id: operation.operationId, name, all: `${name} ${operation.description.toLowerCase()}` });
    }
  }
  const components = { ...contract.components, securitySchemes: { token: BEARER } };
  // The page may call the server that it comes from and no other.
  const servers = [{ url: new URL("../v1.0", document.baseURI).href }];
  return { ...contract, servers, components };
}

/**
 * The ids of the operations whose names have the phrase; where there is none, of those whose names have every word of it; and where
 * there is none of these, of those that speak of the words.
 */
function find(phrase) {
  const whole = phrase.toLowerCase();
  const words = whole.split(/\s+/);
  const ways = [
    ({ name }) => name.includes(whole),
    ({ name }) => words.every((word) => name.includes(word)),
    ({ all }) => words.every((word) => all.includes(word)),
  ];
  const found = ways.map((way) => searched.filter(way)).find((operations) => operations.length > 0) ?? [];
  return new Set(found.map((operation) => operation.id));
}

const ADVICE =
  "Try fewer words, a part of a path such as members/$ref, or of a permission such as GroupMember.Read.All.";

function filterOperations(tags, phrase) {
  const found = find(phrase);
  const isFound = (entry) => found.has(entry.getIn(["operation", "operationId"]));
  return tags
    .map((group) => group.update("operations", (entries) => entries.filter(isFound)))
    .filter((group) => group.get("operations").size > 0);
}

/** Shows the operations that are searched for, and says how many there are. */
function showHits() {
  const phrase = search.value.trim();
  ui.layoutActions.updateFilter(phrase);
  document.body.classList.toggle("searching", phrase !== "");
  const found = find(phrase).size;
  hits.textContent =
    phrase === "" ? ""
    : found === 0 ? `No operation has “${phrase}” in its name, path, description or permissions.`
    : `${found} of ${searched.length} operations.`;
  hits.classList.toggle("failed", phrase !== "" && found === 0);
}

/** Says below the token's field what there is to say of it. */
function tell(text, state = "") {
  note.textContent = text;
  note.className = state;
}

/** The operation that was sent last. */
let sent = null;

/** Tells of an answer those who can't see it come. After a 401, leads to where a token is got. */
function tellOfAnswer(response) {
  const { pathname } = new URL(response.url, document.baseURI);
  if (!pathname.startsWith("/v1.0/")) {
    return response;
  }
  answer.textContent = `The server answered ${response.status} ${response.statusText}.`;
  if (response.status === 401) {
    const get = useSample.hidden ? "Paste one here." : "Get one by the button, or paste one.";
    tell(`401: the request carried no token that this server takes. ${get}`, "failed");
    (useSample.hidden ? tokenInput : useSample).focus();
  }
  return response;
}

/** What Swagger UI leaves without a name, or out of the keyboard's reach: where it is, and the attribute that mends it. */
const MENDED = [
  [".copy-to-clipboard button", "aria-label", () => "Copy"],
  ["textarea.body-param__text", "aria-label", () => "Request body"],
  [".parameters select", "aria-label", (select) => select.closest("tr").dataset.paramName],
  ["select.examples-select-element", "aria-label", (select) => `Example of ${select.closest("tr").dataset.code}`],
  [":is(.curl-command, .live-responses-table) pre", "tabindex", () => "0"],
];

function mend() {
  for (const [place, attribute, value] of MENDED) {
    for (const element of document.querySelectorAll(`${place}:not([${attribute}])`)) {
      element.setAttribute(attribute, value(element));
    }
  }
}

const nothing = () => null;

const plugin = {
  fn: { opsFilter: filterOperations },
  components: {
    // The bar has a search that finds operations, and the one place for the token.
    FilterContainer: nothing,
    AuthorizeBtnContainer: nothing,
    authorizeOperationBtn: nothing,
    // There is one server.
    ServersContainer: nothing,
    // Only a mouse reaches it.
    CopyToClipboardBtn: nothing,
    // A link within a button. An operation that is opened names itself in the address.
    DeepLink: ({ text }) => text,
  },
  wrapComponents: {
    // Its headings are of the third level, and where nothing is found it says that the contract is empty.
    operations: (Operations, { React }) => (properties) => [
      React.createElement("h2", { key: "heading", className: "unseen" }, "Operations"),
      find(search.value.trim()).size > 0
        ? React.createElement(Operations, { key: "operations", ...properties })
        : React.createElement("p", { key: "none", className: "no-hit" }, ADVICE),
    ],
  },
  statePlugins: {
    spec: {
      wrapActions: { updateJsonSpec: (update) => (contract) => update(shown(contract)) },
    },
  },
};

followColourScheme();
new MutationObserver(mend).observe(document.getElementById("documentation"), { childList: true, subtree: true });

const ui = SwaggerUIBundle({
  // The form in OpenAPI 3.0: of one in 3.1 Swagger UI reads the whole again for each operation that is opened, which takes seconds.
  url: new URL("../openapi.json?openapi=3.0", document.baseURI).href,
  dom_id: "#documentation",
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [plugin],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  responseInterceptor: tellOfAnswer,
  // A browser may have kept the phrase over a reload.
  onComplete: showHits,
  // It would send the contract's address to a service elsewhere.
  validatorUrl: null,
});

/** Sends this token with every request, or none. */
function useToken(token, whose) {
  if (token) {
    ui.authActions.authorize({ token: { name: "token", schema: BEARER, value: token } });
    tell(`Requests carry ${whose}.`, "has-token");
  } else {
    ui.authActions.logout(["token"]);
    tell("Requests carry no token.");
  }
}

/** Asks the token endpoint, as any application does. */
async function sampleToken(sample) {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: sample.client_id,
    client_secret: sample.client_secret,
    scope: "https://graph.microsoft.com/.default",
  });
  const answer = await fetch(`../${sample.tenant}/oauth2/v2.0/token`, { method: "POST", body: form });
  const body = await answer.json();
  if (!answer.ok) {
    throw new Error(body.error_description);
  }
  return body.access_token;
}

/** Offers the sample's application, where this server has it. */
async function offerSample() {
  const answer = await fetch("sample.json");
  if (!answer.ok) {
    return;
  }
  const sample = await answer.json();
  useSample.addEventListener("click", async () => {
    try {
      tokenInput.value = await sampleToken(sample);
      useToken(tokenInput.value, "a token of the sample's application");
      document.querySelector(`#${CSS.escape(sent)} .execute`)?.focus();
    } catch (error) {
      tell(`No token: ${error.message}`, "failed");
    }
  });
  useSample.hidden = false;
}

search.addEventListener("input", showHits);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    document.querySelector(".opblock-summary-control")?.focus();
  }
});
document.addEventListener("click", (event) => {
  sent = event.target.closest(".execute")?.closest(".opblock").id ?? sent;
});
tokenInput.addEventListener("input", () => useToken(tokenInput.value.trim(), "the token above"));
offerSample();
