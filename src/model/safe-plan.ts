import type { FieldChange } from './change.js';
import type { Plan } from './plan.js';

/**
 * A plan as it leaves the program: without its diagnostics, which are reported separately, and without either side of a sensitive
 * field, even if one was set by mistake.
 */
export function safePlan(plan: Plan): Omit<Plan, 'diagnostics'> {
  const { diagnostics, ...rest } = plan;
  return { ...rest, changes: rest.changes.map(withSafeFields), drift: rest.drift.map(withSafeFields) };
}

/** A change or a drift entry without either side of its sensitive fields. */
export function withSafeFields<Item extends { readonly fields: readonly FieldChange[] }>(item: Item): Item {
  return {
    ...item,
    fields: item.fields.map((field) => {
      if (!field.sensitive) return field;
      const { before, after, ...safe } = field;
      return safe;
    }),
  };
}
