import { addressesOf, counted } from '../../model/index.js';
import type { DriftReport, Undecided, Unmanaged, Unverified, UnverifiedCause } from '../../model/index.js';
import { printable, printableName } from '../printable.js';
import type { Style } from './style.js';
import { count } from './words.js';

/** What to do about what could not be checked, by its cause. */
const NEXT: Readonly<Record<UnverifiedCause, string>> = {
  hidden:
    'Run it as an identity that may read them, or accept it: `unverifiable: accept` of the provider in the configuration.',
  'no-fingerprint':
    'Set SECRETS_KEY, run `secrets state rekey`, then apply once: the state then keeps fingerprints of what was applied.',
  unseen: 'Run it as an identity that may see them, or list under `removed` what is no longer managed here.',
  'not-read': 'Run it without --target and --exclude, and with every system in reach.',
  unfinished: 'Run `secrets apply`: it finishes what the interrupted run began.',
  unusable: 'Correct what is named, in the system itself.',
};

/** What could not be checked, and what to do about it. */
export function unverifiedText(entries: readonly Unverified[], style: Style): readonly string[] {
  if (entries.length === 0) return [];
  const lines = entries.map((entry) => `  ${style.yellow('?')} ${unverifiedLine(entry)}`);
  const causes = [...new Set(counted(entries).map(({ cause }) => cause))];
  const next = causes.map((cause) => `  ${style.dim('Next:')} ${NEXT[cause]}`);
  return [['Could not be checked:', ...lines, ...next].join('\n')];
}

/** `user_mapping.warehouse.lake/analyst: options: the role app may not read them; left as it is` */
export function unverifiedLine(entry: Unverified): string {
  const { address, path, members, reason, outcome } = entry;
  const part = path ?? members;
  const words = [
    printableName(address),
    ...(part === undefined ? [] : [printableName(part)]),
    printable(reason),
  ].join(': ');
  const end = entry.accepted === true ? ' (accepted: unverifiable)' : '';
  return `${words}; ${outcome === 'written' ? 'an apply writes it' : 'left as it is'}${end}`;
}

/** What others put on objects of ours. */
export function unmanagedText(entries: readonly Unmanaged[], style: Style): readonly string[] {
  if (entries.length === 0) return [];
  const lines = entries.map(
    (entry) =>
      `  ${style.yellow('!')} ${printableName(entry.address)}: ${printable(entry.what)}${byWhom(entry)}`,
  );
  const head = 'Not managed (on objects of this stack, not in the configuration, left as they are):';
  return [[head, ...lines].join('\n')];
}

/** Generated values that somebody changed, with both ways out. */
export function undecidedText(entries: readonly Undecided[], style: Style): readonly string[] {
  if (entries.length === 0) return [];
  const lines = entries.flatMap((entry) => {
    const address = printableName(entry.address);
    return [
      `  ${style.yellow('!')} ${address}: its generated ${printableName(entry.path)} was changed outside of this stack${byWhom(entry)}`,
      `      to make a new one:  --rotate ${address}`,
      `      to keep theirs:     --accept ${address}`,
    ];
  });
  return [['To be decided (left as it is until then):', ...lines].join('\n')];
}

function byWhom({
  changedBy,
  changedAt,
}: {
  readonly changedBy?: string;
  readonly changedAt?: string;
}): string {
  const who = changedBy === undefined ? '' : ` by ${printable(changedBy)}`;
  const when = changedAt === undefined ? '' : ` at ${printable(changedAt)}`;
  return who + when;
}

/** The parts of a report that limit what may be said of the rest. */
type Limits = Pick<DriftReport, 'unreachable' | 'unverified' | 'undecided' | 'leftOut'>;

/** `No drift.` or what is as much of it as is known. @param nothing `No drift`, `No changes` */
export function nothingIn(nothing: string, limits: Limits): string | undefined {
  const but = caveat(limits);
  if (but === undefined) return undefined;
  return `${nothing} in what ${limits.unreachable.length > 0 ? 'could be seen' : 'was compared'}. ${but}`;
}

/**
 * What must be said beside the result, since that is true only of what was compared.
 * @returns `undefined` where everything was
 */
function caveat({ unreachable, unverified, undecided, leftOut }: Limits): string | undefined {
  const all = addressesOf(unverified);
  const open = addressesOf(counted(unverified));
  const resources = `${count(all.length, 'resource')} could not be checked`;
  const parts = [
    ...(unreachable.length > 0 ? [`${count(unreachable.length, 'system')} could not be`] : []),
    ...(all.length > 0 ? [open.length === 0 ? `${resources} (accepted)` : resources] : []),
    ...(undecided.length > 0 ? [`${count(undecided.length, 'generated value')} waits for a decision`] : []),
    ...(leftOut > 0 ? [`${count(leftOut, 'resource')} left out by --target or --exclude`] : []),
  ];
  return parts.length === 0 ? undefined : `${parts.join(', ')}.`;
}
