// A participant's system reads what is new, and after a loss asks how its requests stand.
//
// node read.ts <its file> <participant> <state file> [--certificate]
//
// The state file holds the number of the last message that was processed. Ends when nothing new
// has come for five seconds.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Gap, Participant, connectionOf } from "./participant.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { certificate: { type: "boolean" } },
});
const [file, name, state] = positionals;
const last = existsSync(state) ? JSON.parse(readFileSync(state, "utf8")).last : 0;
const system = new Participant(connectionOf(file), name, last, values.certificate);

// Atomically, and together with the effects of the message: here, there are none.
function save(): void {
  writeFileSync(`${state}.part`, JSON.stringify({ last: system.last }));
  renameSync(`${state}.part`, state);
}

let status = 0;
try {
  for await (const message of system.messages(5_000)) {
    console.log(Number(message.participantsequence), message.type, message.subject);
    save();
  }
} catch (error) {
  if (!(error instanceof Gap)) throw error;
  console.log("gap", error.message);
  status = 3;
}
for (const [first, until] of system.lost) console.log("lost", `${first}-${until}`);
if (system.lost.length > 0 && status === 0) {
  for (const line of await system.statuses()) {
    console.log("status", line.tracking_number, line.status);
  }
}
save();
await system.close();
process.exit(status);
