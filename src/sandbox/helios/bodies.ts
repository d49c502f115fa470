import { isUuid } from './ids.js';
import { Refusal } from './refusal.js';
import type { AccessChange, Share } from './sharing.js';

/*
 * Request bodies, from bytes to checked data. Messages name fields and never show what was sent.
 */

/** Whether a value is a JSON object. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON object in a body. Refused with 400 for bytes that are not UTF-8, not JSON, or not an object. */
export function parseObject(body: Buffer): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's own message quotes the text, so it is dropped.
    throw new Refusal(400, 'The request body is not valid JSON.');
  }
  if (!isObject(parsed)) throw new Refusal(400, 'The request body must be a JSON object.');
  return parsed;
}

function onlyFields(body: Record<string, unknown>, fields: readonly string[]): void {
  if (Object.keys(body).some((key) => !fields.includes(key))) {
    throw new Refusal(400, `The request body may hold only: ${fields.join(', ')}.`);
  }
}

function text(body: Record<string, unknown>, field: string): string {
  const value = body[field];
  if (typeof value !== 'string')
    throw new Refusal(400, `The field ${field} is required and must be a string.`);
  return value;
}

/** The body of a creation: `{name, value}` and nothing else. */
export function readCreation(body: Buffer): { name: string; value: string } {
  const object = parseObject(body);
  onlyFields(object, ['name', 'value']);
  return { name: text(object, 'name'), value: text(object, 'value') };
}

/** The body of an update: `{value}` and nothing else; the name cannot be changed. */
export function readUpdate(body: Buffer): { value: string } {
  const object = parseObject(body);
  if ('name' in object) throw new Refusal(400, 'The name of a secret cannot be changed.');
  onlyFields(object, ['value']);
  return { value: text(object, 'value') };
}

/** Go encodes a slice that is nil as null: an empty list. */
function listOf(value: unknown): unknown {
  return value === null ? [] : value;
}

function ids(entry: Record<string, unknown>, field: 'users' | 'teams', side: string): string[] {
  const value = listOf(entry[field]);
  if (!Array.isArray(value) || !value.every((id): id is string => typeof id === 'string' && isUuid(id))) {
    throw new Refusal(400, `Each entry of ${side} needs ${field}: an array of UUIDs.`);
  }
  return value.map((id) => id.toLowerCase());
}

function shares(object: Record<string, unknown>, side: 'grants' | 'revokes'): Share[] {
  const entries = listOf(object[side]);
  if (!Array.isArray(entries)) throw new Refusal(400, `The field ${side} is required and must be an array.`);
  return entries.flatMap((entry: unknown) => {
    if (!isObject(entry)) throw new Refusal(400, `Each entry of ${side} must be an object.`);
    onlyFields(entry, ['role', 'users', 'teams']);
    const role = text(entry, 'role');
    return [
      ...ids(entry, 'users', side).map((id): Share => ({ role, identity: { kind: 'user', id } })),
      ...ids(entry, 'teams', side).map((id): Share => ({ role, identity: { kind: 'team', id } })),
    ];
  });
}

/** The body of a change of access: both arrays, and in each entry both `users` and `teams`, are always present. */
export function readAccessChange(body: Buffer): AccessChange {
  const object = parseObject(body);
  onlyFields(object, ['grants', 'revokes']);
  return { grants: shares(object, 'grants'), revokes: shares(object, 'revokes') };
}

function optionalText(body: Record<string, unknown>, field: string): string {
  return (body[field] ?? undefined) === undefined ? '' : text(body, field);
}

/** The body of a new team: `{name, description?}`. */
export function readTeam(body: Buffer): { name: string; description: string } {
  const object = parseObject(body);
  onlyFields(object, ['name', 'description']);
  return { name: text(object, 'name'), description: optionalText(object, 'description') };
}

function texts(body: Record<string, unknown>, field: string, textOf: (item: unknown) => unknown): string[] {
  const list = body[field] ?? [];
  const found = Array.isArray(list) ? list.map(textOf) : [undefined];
  if (!found.every((item): item is string => typeof item === 'string')) {
    throw new Refusal(400, `The field ${field} is not a list as the API takes it.`);
  }
  return found;
}

/** An inherited role: its name (the Python SDK), or `{resourceType: "Secret", role}` (the Go client). */
function inheritedRole(item: unknown): unknown {
  if (!isObject(item)) return item;
  return item['resourceType'] === 'Secret' ? item['role'] : undefined;
}

/** The body of a new role on secrets; its name is under `role` (the Go client) or `name` (the Python SDK). */
export function readRole(body: Buffer): {
  name: string;
  description: string;
  permissions: string[];
  inherits: string[];
} {
  const object = parseObject(body);
  onlyFields(object, ['role', 'name', 'description', 'permissions', 'inherits']);
  return {
    name: text(object, 'role' in object ? 'role' : 'name'),
    description: optionalText(object, 'description'),
    permissions: texts(object, 'permissions', (item) => item),
    inherits: texts(object, 'inherits', inheritedRole),
  };
}
