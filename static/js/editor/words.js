/** Conditions of the language in short words, for the graph. */

import { languageKey } from "../shared/language.js";

/** @typedef {import("./names.js").Content} Content */

/**
 * A function that says conditions of a definition.
 * @param {Content} content
 * @param {import("./messages.js").Say} say
 * @param {string} [tag] language of the page
 * @returns {(condition: any) => string}
 */
export function conditionWords(content, say, tag = document.documentElement.lang) {
  const language = languageKey(tag);

  /** @param {string} fact */
  const named = (fact) => {
    const action = content.actions?.[fact]?.label?.[language];
    const state = fact.startsWith("state.") ? content.states?.[fact.slice(6)]?.title?.[language] : null;
    return action ?? state ?? fact;
  };
  /** @param {string | string[]} facts */
  const anyOf = (facts) => [facts].flat().map(named).join(say("or"));
  /** @param {{ of: string, is?: any, in?: any[], min?: number, max?: number }} bounds */
  const bounded = (bounds) => {
    if ("is" in bounds) return `${bounds.of} = ${bounds.is}`;
    if (bounds.in) return `${bounds.of}: ${bounds.in.join(", ")}`;
    const low = bounds.min === undefined ? "" : ` ≥ ${bounds.min}`;
    return bounds.of + low + (bounds.max === undefined ? "" : ` ≤ ${bounds.max}`);
  };
  /** @type {Record<string, (argument: any) => string>} */
  const says = {
    did: anyOf,
    did_here: (facts) => say("here", { what: anyOf(facts) }),
    count: ({ fact, min }) => say("times", { what: named(fact), n: min }),
    since: ({ fact, s }) => say("since", { what: named(fact), n: s }),
    after_s: (n) => say("afterS", { n }),
    clock_s: (n) => say("clockS", { n }),
    quality: bounded,
    vital: bounded,
    aed: (phase) => `AED: ${phase}`,
    mode: (modes) => modes.join(say("or")),
    profile: (profiles) => profiles.join(say("or")),
    any: (parts) => parts.map(words).join(say("or")),
    all: (parts) => parts.map(words).join(say("and")),
    not: (part) => say("not", { what: words(part) }),
  };

  /** @param {any} condition @returns {string} */
  function words(condition) {
    if (Array.isArray(condition)) return condition.map(words).join(say("and"));
    if (typeof condition !== "object" || condition === null) return "";
    const [kind] = Object.keys(condition);
    try {
      return says[kind]?.(condition[kind]) ?? kind ?? "";
    } catch {
      return kind; // It is still being written.
    }
  }
  return words;
}
