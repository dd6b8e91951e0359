// Does a server at this address answer as GraphQL over HTTP says? Prints every audit as JSON.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2] });
const audits = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify(audits));
