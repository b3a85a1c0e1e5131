"""
Checks objects against strict schemas, of Kubernetes itself and of the operators' definitions.

Run it with the tools' Python: ``python schemas.py FOLDER-OF-DEFINITIONS < variants.json``, which
holds a list of objects by variant. It prints one finding per line. An unknown field is a finding,
and so is a kind without a schema.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from jsonschema import Draft202012Validator

VERSION = "1.36"
# A lone `=`, as in a list of operators, has a tag for which PyYAML has no constructor.
yaml.CSafeLoader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)
Schemas = dict[tuple[str, str], Draft202012Validator]


def strict(schema: Any) -> Any:
    """Return the schema of a definition as JSON Schema that refuses fields it does not name."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    made = {
        key: {name: strict(each) for name, each in value.items()}
        if key == "properties"
        else strict(value)
        for key, value in schema.items()
        if not key.startswith("x-kubernetes-") and key not in ("description", "format", "default")
    }
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields")
    if "properties" in made and "additionalProperties" not in made and not open_ended:
        made["additionalProperties"] = False
    if schema.get("nullable") and "type" in made:
        made["type"] = [made["type"], "null"]
    return made


def definitions(folder: Path) -> Schemas:
    """Return a validator for each version of each kind that the operators define."""
    found: Schemas = {}
    for file in sorted(folder.glob("*/*.yaml")):
        for each in yaml.load_all(file.read_text(), Loader=yaml.CSafeLoader):
            spec = each["spec"]
            for version in spec["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                own = {"apiVersion": {}, "kind": {}, "metadata": {"type": "object"}}
                schema["properties"] = schema["properties"] | own
                key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
                found[key] = Draft202012Validator(schema)
    return found


def findings(each: dict[str, Any], known: Schemas) -> Iterator[str]:
    """Yield how an object breaks the schema of its kind."""
    own = known.get((each["apiVersion"], each["kind"]))
    if own is not None:
        for error in own.iter_errors(each):
            yield f"{'.'.join(map(str, error.path))}: {error.message}"
        return
    try:
        kubernetes_validate.validate(each, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{'.'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        yield str(error.message)


def main() -> None:
    """Check the variants on standard input."""
    known = definitions(Path(sys.argv[1]))
    done: dict[str, list[str]] = {}
    for variant, objects in json.load(sys.stdin).items():
        for each in objects:
            text = json.dumps(each, sort_keys=True)
            if text not in done:  # most objects are in several variants
                done[text] = list(findings(each, known))
            for finding in done[text]:
                print(f"{variant}: {each['kind']}/{each['metadata']['name']}: {finding}")


if __name__ == "__main__":
    main()
