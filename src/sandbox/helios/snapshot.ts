import type { World } from './world.js';

const PARTS = ['users', 'teams', 'invitations', 'keys', 'secrets', 'roles'] as const;

/**
 * Keeps the organization as it is now. What is given back brings it back, any number of times; ids and times go on, so that
 * nothing made later has the id of what was there before.
 */
export function takeSnapshot(world: World): () => void {
  const kept = structuredClone(Object.fromEntries(PARTS.map((part) => [part, world[part]])));
  return () => {
    for (const part of PARTS) {
      const living = world[part] as Map<string, unknown>;
      living.clear();
      for (const [key, value] of structuredClone(kept[part] as Map<string, unknown>)) living.set(key, value);
    }
  };
}
