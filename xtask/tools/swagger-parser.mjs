// Fails on a document that swagger-parser doesn't take.
// node swagger-parser.mjs <where swagger-parser is installed> <document>...
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, ...documents] = process.argv.slice(2);
const module = createRequire(resolve(tools, "package.json")).resolve("@apidevtools/swagger-parser");
const { default: SwaggerParser } = await import(pathToFileURL(module));
for (const document of documents) await SwaggerParser.validate(document);
