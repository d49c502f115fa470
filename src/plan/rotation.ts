import type { RotationNote } from '../model/index.js';
import type { PlanIndex } from './plan-index.js';

/** The last part of `max_age` in which a secret is due soon. */
const SOON = 0.1;

/**
 * The rotation warnings: secrets that are older than their `rotation.max_age`, or in the last tenth of it.
 * @param rotated addresses whose value the plan changes: their age starts again
 */
export function rotationNotes(index: PlanIndex, rotated: ReadonlySet<string>): readonly RotationNote[] {
  const now = Date.parse(index.input.now);
  const notes: RotationNote[] = [];
  for (const secret of index.desired.values()) {
    const changedAt = index.actual.get(secret.address)?.changedAt;
    if (secret.maxAgeMs === undefined || changedAt === undefined || !index.inScope(secret.address)) continue;
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
