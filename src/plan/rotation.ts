import type { RotationNote } from '../model/index.js';
import type { World } from './world.js';

/** The last part of a secret's life in which it counts as due soon. */
const SOON = 0.1;

/**
 * Compares the age of secrets that have a `rotation.max_age` with it: overdue, or due soon (in the last tenth).
 * @param rotated addresses whose value the plan changes: they are young again
 */
export function rotationNotes(world: World, rotated: ReadonlySet<string>): readonly RotationNote[] {
  const now = Date.parse(world.input.now);
  const notes: RotationNote[] = [];
  for (const secret of world.desired.values()) {
    const changedAt = world.actual.get(secret.address)?.changedAt;
    if (secret.maxAgeMs === undefined || changedAt === undefined || !world.inScope(secret.address)) continue;
    if (rotated.has(secret.address)) continue;
    const dueAt = Date.parse(changedAt) + secret.maxAgeMs;
    const soonAt = dueAt - secret.maxAgeMs * SOON;
    if (!(now >= soonAt)) continue;
    notes.push({
      address: secret.address,
      status: now >= dueAt ? 'overdue' : 'due-soon',
      changedAt,
      dueAt: new Date(dueAt).toISOString(),
    });
  }
  return notes;
}
