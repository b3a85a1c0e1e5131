// Reads {"schemas": {name: schema}, "samples": {name: [message]}, "documents": {name: document}};
// writes a JSON list of what ajv (strict) and the AsyncAPI parser find wrong with them.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const { schemas, samples, documents } = JSON.parse(readFileSync(0, "utf8"));
const problems = [];

const ajv = new Ajv2020({ strict: true, allErrors: true });
addFormats(ajv);
ajv.addVocabulary(["x-extensible-enum", "x-stability"]);
for (const [name, schema] of Object.entries(schemas)) {
  try {
    const validate = ajv.compile(schema);
    for (const sample of samples[name] ?? []) {
      if (!validate(sample)) {
        problems.push(`${name}: ${ajv.errorsText(validate.errors)}`);
      }
    }
  } catch (error) {
    problems.push(`${name}: ${error.message}`);
  }
}

for (const [name, text] of Object.entries(documents)) {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(text));
  if (!document) {
    problems.push(`${name}: no document`);
  }
  for (const { code, message, path } of diagnostics) {
    problems.push(`${name}: ${code}: ${message} (${path.join("/")})`);
  }
}
console.log(JSON.stringify(problems));
