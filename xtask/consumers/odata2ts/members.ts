// Adds a member to a group twice, lists the members and counts them, with the client that odata2ts generates from $metadata.
import { FetchClient } from "@odata2ts/http-client-fetch";
import { Editablegroup } from "./graph/graphModel";
import { graphService } from "./graph/graphService";

const server = process.env.ROSTER;
const sample = { client_id: "5a3e0000-0000-4000-8000-0000000000aa", client_secret: "sample-secret-which-everybody-knows" };
const grant = { grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" };

async function main() {
  const endpoint = `${server}/5a3e0000-0000-4000-8000-000000000000/oauth2/v2.0/token`;
  const token = await (await fetch(endpoint, { method: "POST", body: new URLSearchParams({ ...sample, ...grant }) })).json();
  const headers = { Authorization: `Bearer ${token.access_token}`, ConsistencyLevel: "eventual" };
  const graph = new graphService(new FetchClient({ headers }), `${server}/v1.0`);

  const typists = { displayName: "Typists", mailNickname: "typists", mailEnabled: false, securityEnabled: true };
  const group = (await graph.groups().create(typists as Editablegroup)).data;
  // References are no part of the metadata.
  const ada = { "@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000101" };
  for (const body of [ada, ada]) {
    const init = { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(`${server}/v1.0/groups/${group?.id}/members/$ref`, init);
    const refusal = answer.ok ? undefined : (await answer.json()).error;
    console.log(refusal ? `refused: ${refusal.code}: ${refusal.message}` : "added");
  }

  const members = graph.groups(group!.id).members();
  const page = await members.query((builder) => builder.count());
  for (const member of page.data.value) console.log("listed:", (member as { displayName?: string }).displayName);
  console.log("counted:", page.data["@odata.count"]);
}

main();
