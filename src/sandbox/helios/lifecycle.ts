import { hasActingOwner } from './access.js';
import type { Removal, SecretRecord, World } from './world.js';

/** The living secret of this name, visible or not: names are one namespace for the organization. */
export function livingSecretNamed(world: World, name: string): SecretRecord | undefined {
  return [...world.secrets.values()].find((secret) => secret.name === name && secret.removal === undefined);
}

/** Soft-deletes a secret: it leaves every list, its name is free, its value is forgotten. */
export function softDelete(
  world: World,
  secret: SecretRecord,
  because: Removal['because'],
  by: string | undefined,
): void {
  secret.removal = { deletedAt: world.tick(), because, ...(by === undefined ? {} : { deletedBy: by }) };
  secret.value = '';
}

/** Removes every secret that has no Owner who can act any more. Seed: any secret without an Owner is removed. */
export function removeOwnerless(world: World, by: string | undefined): void {
  for (const secret of world.secrets.values()) {
    if (secret.removal === undefined && !hasActingOwner(world, secret)) {
      softDelete(world, secret, 'no owner', by);
    }
  }
}
