import { STATE_VERSION, defined, problemError, splitAddress } from '../model/index.js';
import type { AppliedConfiguration, AppliedPlan, Intent, StateBinding, StateData } from '../model/index.js';
import { damaged, isObject, isStringMap } from './damaged.js';
import type { Json } from './damaged.js';
import { decodeRecords } from './decode-record.js';

/**
 * Reads a state's text.
 * @param location where it is from, for messages
 * @param stack the stack that it must belong to
 * @throws DiagnosticError where it is empty, truncated, edited into something else, of a newer version or another stack;
 *   nothing is ever repaired by guessing
 */
export function decodeState(text: string, location: string, stack: string): StateData {
  if (text.trim() === '') throw damaged(location, 'it is empty');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged(location, 'it is not whole JSON (was it truncated or edited?)');
  }
  if (!isObject(json)) throw damaged(location, 'it is not a JSON object');
  const { version } = json;
  if (typeof version !== 'number') throw damaged(location, '`version` is missing');
  if (version > STATE_VERSION) {
    throw problemError({
      code: 'newer-state',
      summary: `The state ${location} has version ${version}; this version of secrets supports versions up to ${STATE_VERSION}.`,
      next: 'Use the newer version of secrets that wrote it. Nothing was changed.',
    });
  }
  const upgraded = upgrade(json, version);
  if (upgraded === undefined) throw damaged(location, `\`version\` ${version} never existed`);
  return decodeCurrent(upgraded, location, stack);
}

/** What each version's document must have done to it to become one of the next version. */
const UPGRADES: Readonly<Partial<Record<number, (json: Json) => Json>>> = {
  // Version 2 remembers saved plans; a state of version 1 knew of none.
  1: (json) => json,
};

/** Brings a document of an older version up to this one; `undefined` for a version that never existed. */
function upgrade(json: Json, version: number): Json | undefined {
  let current = json;
  for (let at = version; at !== STATE_VERSION; at += 1) {
    const step = UPGRADES[at];
    if (step === undefined) return undefined;
    current = step(current);
  }
  return current;
}

function decodeCurrent(json: Json, location: string, stack: string): StateData {
  const { serial, lineage } = json;
  // The next one must be a whole number too.
  if (typeof serial !== 'number' || !Number.isSafeInteger(serial + 1) || serial < 1) {
    throw damaged(location, '`serial` is not a whole number above 0');
  }
  if (typeof lineage !== 'string' || lineage === '') throw damaged(location, '`lineage` is missing');
  if (json['stack'] !== stack) {
    throw problemError({
      code: 'foreign-state',
      summary: `The state ${location} belongs to the stack ${JSON.stringify(json['stack'])}, not to ${JSON.stringify(stack)}.`,
      next: 'Give `state: { path: … }` of this stack, or the name of that one.',
    });
  }
  return {
    version: STATE_VERSION,
    serial,
    lineage,
    stack,
    systems: decodeSystems(json['systems'], location),
    records: decodeRecords(json['records'], location),
    ...defined({
      intents: decodeIntents(json['intents'], location),
      plans: decodePlans(json['plans'], location),
      configurations: decodeConfigurations(json['configurations'], location),
      keyCheck: decodeKeyCheck(json['keyCheck'], location),
    }),
  };
}

function decodeSystems(json: unknown, location: string): Record<string, StateBinding> {
  if (!isObject(json)) throw damaged(location, '`systems` is missing');
  const entries = Object.entries(json).map(([provider, system]): [string, StateBinding] => {
    if (!isObject(system)) throw damaged(location, `the system of ${provider} is not an object`);
    const { type, id, name } = system;
    if (typeof type !== 'string' || typeof id !== 'string' || typeof name !== 'string') {
      throw damaged(location, `the system of ${provider} lacks type, id or name`);
    }
    return [provider, { type, id, name }];
  });
  return Object.fromEntries(entries);
}

function decodeIntents(json: unknown, location: string): Intent[] | undefined {
  if (json === undefined) return undefined;
  if (!Array.isArray(json)) throw damaged(location, '`intents` is not a list');
  return json.map((item: unknown, index) => {
    const { address, at, by } = isObject(item) ? item : {};
    if (typeof address !== 'string' || typeof at !== 'string' || typeof by !== 'string') {
      throw damaged(location, `intent ${index + 1} lacks address, at or by`);
    }
    if (splitAddress(address) === undefined) {
      throw damaged(location, `intent ${index + 1}: \`address\` is not an address`);
    }
    return {
      address,
      at,
      by,
      ...decodeEvidence(item, (what) => damaged(location, `intent ${index + 1}: ${what}`)),
    };
  });
}

function decodeEvidence(
  item: unknown,
  refuse: (what: string) => Error,
): Pick<Intent, 'fingerprints' | 'grants' | 'copiedFrom'> {
  const { fingerprints, grants, copiedFrom } = isObject(item) ? item : {};
  if (fingerprints !== undefined && !isStringMap(fingerprints)) {
    throw refuse('`fingerprints` is not a map of texts');
  }
  if (grants !== undefined && !isStringMap(grants)) throw refuse('`grants` is not a map of texts');
  if (copiedFrom !== undefined && typeof copiedFrom !== 'string') throw refuse('`copiedFrom` is not a text');
  return defined({ fingerprints, grants, copiedFrom });
}

function decodePlans(json: unknown, location: string): AppliedPlan[] | undefined {
  if (json === undefined) return undefined;
  if (!Array.isArray(json)) throw damaged(location, '`plans` is not a list');
  return json.map((item: unknown, index) => {
    const { id, at } = isObject(item) ? item : {};
    if (typeof id !== 'string' || typeof at !== 'string') {
      throw damaged(location, `plan ${index + 1} lacks id or at`);
    }
    return { id, at };
  });
}

function decodeConfigurations(json: unknown, location: string): AppliedConfiguration[] | undefined {
  if (json === undefined) return undefined;
  if (!Array.isArray(json)) throw damaged(location, '`configurations` is not a list');
  return json.map((item: unknown, index) => {
    const { digest, at } = isObject(item) ? item : {};
    if (typeof digest !== 'string' || typeof at !== 'string') {
      throw damaged(location, `configuration ${index + 1} lacks digest or at`);
    }
    return { digest, at };
  });
}

/** Read loosely, a key that was mistyped would make every key count. */
function decodeKeyCheck(json: unknown, location: string): string | undefined {
  if (json === undefined || (typeof json === 'string' && json !== '')) return json;
  throw damaged(location, '`keyCheck` is not a text');
}
