import { defined, own } from '../../../model/index.js';
import type { ApplyItem } from '../../../model/index.js';
import type { Step } from './function.js';
import { OPTION_PREFIX, desiredOptions } from './step.js';

/** The object whose options are altered. */
interface AlterTarget {
  readonly server: string;
  /** Absent for the server itself. */
  readonly role?: string;
  /** The ALTER statement up to its OPTIONS. */
  readonly prefix: string;
  /** Statements that recreate the mapping, for a role that cannot see its options; none: refuse. */
  readonly recreate?: readonly string[];
}

/** The step that alters options, if any change. The batch function chooses ADD, SET or DROP by what the object has then. */
export function alterSteps({ change, desired }: ApplyItem, target: AlterTarget): readonly Step[] {
  const wanted = desiredOptions(desired);
  // A change of the hidden whole sets every option.
  const isWhole = change.fields.some((field) => field.path === 'options');
  const set = new Map(isWhole ? Object.entries(wanted) : []);
  const drop: string[] = [];
  for (const { path, action } of change.fields) {
    if (!path.startsWith(OPTION_PREFIX) || action === 'keep') continue;
    const name = path.slice(OPTION_PREFIX.length);
    const value = own(wanted, name);
    if (value === undefined) drop.push(name);
    else set.set(name, value);
  }
  if (set.size + drop.length === 0) return [];
  const { server, role, prefix, recreate = [] } = target;
  return [
    {
      do: 'alter',
      address: change.address,
      server,
      ...defined({ role }),
      prefix,
      set: Object.fromEntries(set),
      drop,
      recreate,
    },
  ];
}
