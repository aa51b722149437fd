// Prints the cities of a network that are off track, each with its pace: `node client.js URL NETWORK`.
//
// Typed by what openapi-typescript makes of the specification. That it compiles, and prints the right cities, shows that
// a generated client works as it is.

import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { argv: string[] };

// @ts-expect-error: there is no such level, or nothing here is checked at all
const level: paths["/v1/cities"]["get"]["parameters"]["query"] = { level: "basics" };

const [url = "", network = ""] = process.argv.slice(2);
const service = createClient<paths>({ baseUrl: url });
let cursor: string | undefined;
do {
  // Small pages, so that there are several.
  const query = { network, verdict: "off_track", limit: 2, cursor } as const;
  const { data, error } = await service.GET("/v1/cities", { params: { query } });
  if (error) throw new Error(`${error.code}: ${error.detail}`);
  for (const city of data.items) console.log(city.id, city.headline?.pace);
  cursor = data.next;
} while (cursor !== undefined);
