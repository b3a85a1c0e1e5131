// An agency's system submits a request and reads the answer.
//
// node submit.ts <its file> <participant> <own reference> <ORI> <name of the agency> [--certificate]

import { parseArgs } from "node:util";
import { Participant, connectionOf } from "./participant.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { certificate: { type: "boolean" } },
});
const [file, name, reference, ori, agency] = positionals;
const system = new Participant(connectionOf(file), name, 0, values.certificate);
const request = {
  reference,
  agency: { ori, name: agency, cri_type: "local", agency_class: "city", state: "US-CA" },
  requested_by: { role: "chief" },
  program: "cri-tac",
  topics: ["crisis_intervention"],
  service_forms: ["training_in_person"],
  need: { issue: "Calls of this kind have doubled in two years." },
};
// The reference is the message's id, too: sent again, it is recognized as the same message.
const answer = await system.answer(await system.send("request.submit", request, reference, reference));
console.log(JSON.stringify(answer, null, 2));
await system.close();
process.exit(answer.type === "gov.cri.submission.accepted.v1" ? 0 : 1);
