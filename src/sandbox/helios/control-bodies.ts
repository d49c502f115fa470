import { parseObject } from './bodies.js';
import type { WorldEdit } from './edits.js';
import { faultKinds, type FaultRule } from './faults.js';
import { Refusal } from './refusal.js';

/*
 * Bodies of the control endpoint, checked field by field. A field ends in `?` where it may be left out.
 */

type FieldType = 'text' | 'texts' | 'number' | 'flag';

const fieldTypes: Readonly<Record<string, FieldType>> = {
  teams: 'texts',
  permissions: 'texts',
  inherits: 'texts',
  revoked: 'flag',
  effect: 'flag',
  times: 'number',
  status: 'number',
  delayMs: 'number',
};

const editFields: Readonly<Record<WorldEdit['kind'], readonly string[]>> = {
  'create-secret': ['name', 'value', 'by'],
  'set-value': ['secret', 'value', 'by'],
  'delete-secret': ['secret', 'by'],
  'recreate-secret': ['secret', 'value?', 'by'],
  grant: ['secret', 'role', 'by', 'user?', 'team?'],
  revoke: ['secret', 'role', 'by', 'user?', 'team?'],
  'add-inherited-grant': ['secret', 'role', 'user?', 'team?'],
  'add-role': ['name', 'description?', 'permissions?', 'inherits?'],
  'add-user': ['email', 'firstName?', 'lastName?', 'userKind?'],
  'remove-user': ['user'],
  'add-team': ['name', 'description?'],
  'remove-team': ['team'],
  'add-member': ['of', 'user?', 'team?'],
  'remove-member': ['of', 'user?', 'team?'],
  'add-invitation': ['email', 'teams?'],
  'add-key': ['name', 'user', 'token'],
  'set-key': ['name', 'revoked?', 'expiresAt?', 'denied?'],
};

const faultFields = [
  'method?',
  'path?',
  'query?',
  'nth?',
  'times?',
  'status?',
  'retryAfter?',
  'body?',
  'effect?',
  'delayMs?',
];

function isOf(type: FieldType, value: unknown): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'number':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0;
    case 'flag':
      return typeof value === 'boolean';
  }
}

/** Two fields of a fault rule take a number or a text. */
function fits(field: string, value: unknown): boolean {
  if (field === 'nth') return value === 'every' || (isOf('number', value) && value !== 0);
  if (field === 'retryAfter') return isOf('number', value) || isOf('text', value);
  if (field === 'userKind') return ['Standard', 'ServiceAccount', 'CloudPrincipal'].includes(value as string);
  return isOf(fieldTypes[field] ?? 'text', value);
}

function checkFields(body: Record<string, unknown>, kind: string, fields: readonly string[]): void {
  const known = fields.map((field) => field.replace('?', ''));
  for (const field of Object.keys(body)) {
    if (field !== 'kind' && !known.includes(field)) {
      throw new Refusal(400, `${kind} takes these fields: ${fields.join(', ')}.`);
    }
  }
  for (const field of fields) {
    const name = field.replace('?', '');
    if (body[name] === undefined && field.endsWith('?')) continue;
    if (!fits(name, body[name]))
      throw new Refusal(400, `${kind}: the field ${name} is missing or of a wrong type.`);
  }
}

/** A change by hand from a request body. Refused with 400 for an unknown kind, and for unknown, missing or wrong fields. */
export function readEdit(bytes: Buffer): WorldEdit {
  const body = parseObject(bytes);
  const kind = body['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(editFields, kind)) {
    throw new Refusal(400, `The field kind is one of: ${Object.keys(editFields).join(', ')}.`);
  }
  checkFields(body, kind, editFields[kind as WorldEdit['kind']]);
  return body as unknown as WorldEdit;
}

/** A fault rule from a request body. Refused with 400 as `readEdit`, and for an invalid regular expression. */
export function readFault(bytes: Buffer): FaultRule {
  const body = parseObject(bytes);
  const kind = body['kind'];
  if (!faultKinds.some((known) => known === kind)) {
    throw new Refusal(400, `The field kind is one of: ${faultKinds.join(', ')}.`);
  }
  checkFields(body, 'A fault rule', faultFields);
  for (const field of ['path', 'query']) {
    try {
      new RegExp((body[field] as string | undefined) ?? '');
    } catch {
      throw new Refusal(400, `The field ${field} is not a regular expression.`);
    }
  }
  return body as unknown as FaultRule;
}
