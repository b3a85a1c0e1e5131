// Reads a JSON list of LogQL queries; writes the syntax tree of each: [name, text, children].
// What the grammar does not take has the name "⚠".
import { readFileSync } from "node:fs";
import { parser } from "@grafana/lezer-logql";

function tree(node, query) {
  const children = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    children.push(tree(child, query));
  }
  return [node.type.name, query.slice(node.from, node.to), children];
}

const queries = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(queries.map((query) => tree(parser.parse(query).topNode, query))));
