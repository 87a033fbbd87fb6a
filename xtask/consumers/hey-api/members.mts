// Adds a member to a group twice, lists the members and counts them, with the client that hey-api generates.
import { client } from "./graph/client.gen.js";
import { addGroupMember, countGroupMembers, createGroup, listGroupMembers } from "./graph/index.js";

const server = process.env.ROSTER;
const sample = { client_id: "5a3e0000-0000-4000-8000-0000000000aa", client_secret: "sample-secret-which-everybody-knows" };
const grant = { grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" };
const endpoint = `${server}/5a3e0000-0000-4000-8000-000000000000/oauth2/v2.0/token`;
const token = await (await fetch(endpoint, { method: "POST", body: new URLSearchParams({ ...sample, ...grant }) })).json();
client.setConfig({ baseUrl: `${server}/v1.0`, auth: token.access_token });

const typists = { displayName: "Typists", mailNickname: "typists", mailEnabled: false, securityEnabled: true };
const group = await createGroup({ body: typists });
if (!group.data?.id) throw group.error;
const path = { id: group.data.id };
const ada = { "@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000101" };
for (const body of [ada, ada]) {
  const { error } = await addGroupMember({ path, body });
  console.log(error ? `refused: ${error.error.code}: ${error.error.message}` : "added");
}

const members = await listGroupMembers({ path });
if (!members.data) throw members.error;
for (const member of members.data.value) console.log("listed:", member.displayName);
const count = await countGroupMembers({ path, headers: { ConsistencyLevel: "eventual" } });
if (count.error) throw count.error;
console.log("counted:", count.data);
