/// <reference path="./bin.d.ts" />
/** Fetches the people's mesh once for a page. */

import address from "./people.bin";
import { decodePeople } from "./decode.js";

/** @type {Promise<import("./decode.js").HumanData> | null} */
let fetched = null;

/**
 * @returns {Promise<import("./decode.js").HumanData>}
 * @throws {Error} when it cannot be fetched; asking again tries again
 */
export function loadPeople() {
  fetched ??= fetch(new URL(address, import.meta.url))
    .then((answer) => {
      if (!answer.ok) throw new Error(`people.bin: ${answer.status}`);
      return answer.arrayBuffer();
    })
    .then(decodePeople)
    .catch((reason) => {
      fetched = null;
      throw reason;
    });
  return fetched;
}
