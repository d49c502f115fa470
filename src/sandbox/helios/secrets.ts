import { permissionsOn, permittedSecret } from './access.js';
import { livingSecretNamed, softDelete } from './lifecycle.js';
import { Refusal } from './refusal.js';
import type { SecretRecord, World } from './world.js';

/** The greatest size of a value where nothing else is asked for: 5 MB (seed), read as 5 × 1024 × 1024 UTF-8 bytes. */
export const defaultMaxValueBytes = 5 * 1024 * 1024;

function checkValue(world: World, value: string): void {
  if (Buffer.byteLength(value, 'utf8') > world.maxValueBytes) {
    throw new Refusal(400, 'The value of a secret must not exceed 5 MB.');
  }
}

/** The living secrets that a user sees, in no order. */
export function listSecrets(world: World, userID: string): SecretRecord[] {
  return [...world.secrets.values()].filter(
    (secret) => secret.removal === undefined && permissionsOn(world, secret, userID).has('View'),
  );
}

/**
 * Creates a secret with its creator as the only Owner. Refused with 400 for a name or value against the rules of
 * the seed, and with 409 where the name is taken, also by a secret that this user cannot see.
 */
export function createSecret(world: World, userID: string, name: string, value: string): SecretRecord {
  if (!/^[A-Za-z0-9_]+$/.test(name)) {
    throw new Refusal(400, 'The name of a secret can only contain letters, numbers, and underscores.');
  }
  checkValue(world, value);
  if (livingSecretNamed(world, name) !== undefined) {
    throw new Refusal(409, 'A secret with this name exists already in the organization.');
  }
  const at = world.tick();
  const secret: SecretRecord = {
    secretID: world.newID('secret'),
    name,
    value,
    createdBy: userID,
    createdAt: at,
    lastUpdatedBy: userID,
    lastUpdatedAt: at,
    grants: [
      { role: 'Owner', identity: { kind: 'user', id: userID }, createdAt: world.tick(), createdBy: userID },
    ],
  };
  world.secrets.set(secret.secretID, secret);
  return secret;
}

/** Sets a value without asking whether this user may. Refused with 400 past the size limit. */
export function setValue(world: World, secret: SecretRecord, userID: string, value: string): void {
  checkValue(world, value);
  secret.value = value;
  secret.lastUpdatedBy = userID;
  secret.lastUpdatedAt = world.tick();
}

/** Sets a value as this user; needs the permission `Edit`. */
export function updateSecret(world: World, userID: string, secretID: string, value: string): SecretRecord {
  const secret = permittedSecret(world, secretID, userID, 'Edit');
  setValue(world, secret, userID, value);
  return secret;
}

/** Deletes a secret as this user; needs the permission `Delete`. */
export function deleteSecret(world: World, userID: string, secretID: string): SecretRecord {
  const secret = permittedSecret(world, secretID, userID, 'Delete');
  softDelete(world, secret, 'deleted', userID);
  return secret;
}
