// Swagger UI over this server's contract, with a search through operations and a bar for the token.
// The token stays in this page's memory: it is in no storage and gone when the page is.
"use strict";

const search = document.getElementById("search");
const tokenInput = document.getElementById("token");
const useSample = document.getElementById("use-sample");
const note = document.getElementById("note");

const BEARER = {
  type: "http",
  scheme: "bearer",
  description: "An access token, as the token endpoint or `roster token` gives it.",
};
const METHODS = ["get", "put", "post", "patch", "delete"];

/** What each kind of token needs, as the contract's `security` says it. */
function permissions(operation) {
  const kinds = { application: "Application", delegated: "Delegated" };
  const lines = Object.entries(kinds).map(([scheme, name]) => {
    const enough = (operation.security ?? []).filter((entry) => scheme in entry);
    const texts = enough.map((entry) => entry[scheme].map((scope) => `\`${scope}\``).join(" and "));
    return `| ${name} | ${texts.join(", or ") || "none is enough"} |`;
  });
  return ["| Token | Permissions |", "|---|---|", ...lines].join("\n");
}

/**
 * The contract as this page shows it: one scheme into which a token can be pasted stands in place of OAuth's flows, and
 * the permissions that those name stand in the operations' descriptions.
 */
function shown(contract) {
  for (const path of Object.values(contract.paths ?? {})) {
    for (const operation of METHODS.map((method) => path[method]).filter(Boolean)) {
      operation.description = `${operation.description ?? ""}\n\n${permissions(operation)}`;
      operation.security = [{ token: [] }];
    }
  }
  const components = { ...contract.components, securitySchemes: { token: BEARER } };
  // The page may call the server that it comes from and no other.
  const servers = contract.servers.filter((server) => server.url.startsWith("/"));
  return { ...contract, servers, components };
}

/** Keeps the operations whose summary, path, id or tag has every word of the phrase. */
function filterOperations(tags, phrase) {
  const words = phrase.toLowerCase().split(/\s+/);
  const matches = (entry, tag) => {
    const operation = entry.get("operation");
    const texts = [tag, entry.get("method"), entry.get("path"), operation.get("summary"), operation.get("operationId")];
    const text = texts.join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return tags
    .map((group, tag) => group.update("operations", (entries) => entries.filter((entry) => matches(entry, tag))))
    .filter((group) => group.get("operations").size > 0);
}

/** Tells below the bar with which token requests are sent, whoever changed it: the bar or Swagger UI's own dialog. */
function showToken(token, whose) {
  tokenInput.value = token;
  note.textContent = token ? `Requests carry ${whose}.` : "Requests carry no token.";
  note.classList.toggle("has-token", token !== "");
  note.classList.remove("failed");
}

const plugin = {
  fn: { opsFilter: filterOperations },
  // Swagger UI's own field searches tags alone; the bar has one for operations.
  components: { FilterContainer: () => null },
  statePlugins: {
    spec: {
      wrapActions: { updateJsonSpec: (update) => (contract) => update(shown(contract)) },
    },
    auth: {
      wrapActions: {
        authorize: (authorize) => (given) => {
          showToken(given.token?.value ?? "", "the token above");
          return authorize(given);
        },
        logout: (logout) => (schemes) => {
          showToken("", "");
          return logout(schemes);
        },
      },
    },
  },
};

const ui = SwaggerUIBundle({
  url: new URL("../openapi.json", document.baseURI).href,
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
  // It would send the contract's address to a service elsewhere.
  validatorUrl: null,
});

function useToken(token) {
  if (token) {
    ui.authActions.authorize({ token: { name: "token", schema: BEARER, value: token } });
  } else {
    ui.authActions.logout(["token"]);
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
      const token = await sampleToken(sample);
      useToken(token);
      showToken(token, "a token of the sample's application");
    } catch (error) {
      note.textContent = `No token: ${error.message}`;
      note.classList.add("failed");
    }
  });
  useSample.hidden = false;
}

search.addEventListener("input", () => ui.layoutActions.updateFilter(search.value.trim()));
tokenInput.addEventListener("input", () => useToken(tokenInput.value.trim()));
offerSample();
