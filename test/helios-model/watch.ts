import { hasActingOwner, permissionsOn } from '../../src/sandbox/helios/access.js';
import type { HeliosSandbox } from '../../src/sandbox/helios/index.js';
import type { Grant, SecretRecord, World } from '../../src/sandbox/helios/world.js';

/** What was seen of a run that must never be: each with the request after which it was so. */
export interface Watch {
  readonly violations: readonly string[];
  /** Somebody else changed the world: what is lost so far is not the tool's doing. */
  refresh(): void;
  end(): void;
}

/** The living secrets of a world. */
export function livingSecrets(world: World): SecretRecord[] {
  return [...world.secrets.values()].filter((secret) => secret.removal === undefined);
}

/** The user behind an API key of the sandbox. */
export function userOf(sandbox: HeliosSandbox, key: string): string {
  return sandbox.keys.find((one) => one.name === key)?.userID ?? '';
}

/** A grant as text; a team or user that is gone goes by its id. */
export function grantText(world: World, { role, identity, inheritedFrom }: Grant): string {
  const who =
    identity.kind === 'user' ? world.users.get(identity.id)?.email : world.teams.get(identity.id)?.name;
  return `${role} ${identity.kind}:${who ?? identity.id}${inheritedFrom === undefined ? '' : ' (inherited)'}`;
}

/**
 * Looks at the world after every request, before the next one is handled: a secret may not lose its last Owner who can act by
 * a request (the sandbox removes it then, and writes down whose request it was), and nobody who runs the tool may lose their
 * Owner where the file does not say so.
 *
 * @param keepsOwner whether this user, who holds Owner access to this secret now, must keep it
 */
export function watch(
  sandbox: HeliosSandbox,
  keepsOwner: (secret: SecretRecord, userID: string) => boolean = () => false,
): Watch {
  const { world } = sandbox;
  const violations: string[] = [];
  const tools = new Map(sandbox.keys.map(({ name, userID }) => [name, userID]));
  const isOwner = (secret: SecretRecord, userID: string): boolean =>
    permissionsOn(world, secret, userID).has('Share');
  const owned = (): Set<string> =>
    new Set(
      livingSecrets(world).flatMap((one) =>
        [...tools.values()].filter((id) => isOwner(one, id)).map((id) => `${one.secretID} ${id}`),
      ),
    );
  let before = owned();
  const removed = (): string[] =>
    [...world.secrets.values()]
      .filter((secret) => secret.removal !== undefined)
      .map((secret) => secret.secretID);
  const told = new Set(removed());
  const end = sandbox.control.observe(({ method, path, key }) => {
    const by = key === null ? undefined : tools.get(key);
    for (const secret of world.secrets.values()) {
      const { removal, name, secretID } = secret;
      if (removal?.because === 'no owner' && removal.deletedBy === by && !told.has(secretID)) {
        told.add(secretID);
        violations.push(`${name} lost its last Owner by ${method} ${path} of ${String(key)}`);
      }
      if (removal === undefined && !hasActingOwner(world, secret)) {
        violations.push(`${name} has no Owner who can act after ${method} ${path}`);
      }
      const wasOwner = by !== undefined && before.has(`${secretID} ${by}`);
      if (
        method === 'PATCH' &&
        removal === undefined &&
        wasOwner &&
        !isOwner(secret, by) &&
        keepsOwner(secret, by)
      ) {
        violations.push(`${String(key)} lost its own Owner access to ${name} by ${method} ${path}`);
      }
    }
    before = owned();
  });
  return {
    violations,
    refresh: () => {
      before = owned();
      for (const id of removed()) told.add(id);
    },
    end,
  };
}
