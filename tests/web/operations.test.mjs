// Is every operation that our pages send valid against the API as it is served?
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildSchema, parse, validate } from "graphql";
import * as operations from "../../web/operations.js";

const schema = buildSchema(readFileSync(new URL("../../schema/schema.graphql", import.meta.url), "utf8"));

for (const [name, document] of Object.entries(operations)) {
  test(`${name} is valid against schema/schema.graphql`, () => {
    assert.deepEqual(validate(schema, parse(document)).map(String), []);
  });
}
