import { child, textsOf, wildcard } from '../../model/index.js';
import type { Place, TreeNode } from '../../model/index.js';
import { duplicateItem } from '../sdk/desired.js';
import type { NodeReader, SectionReader } from '../sdk/index.js';
import type { Role } from './kinds.js';

/** Who has which role, and where the file says so. */
export type Grants = ReadonlyMap<string, Grant>;

interface Grant {
  readonly role: Role;
  readonly at: Place;
}

/** Principals as addresses have them: e-mail addresses in lower case (the management API compares them so). */
function foldPrincipal(text: string): string {
  return text.startsWith('user:') ? text.toLowerCase() : text;
}

/** The grants of `owners` and `readers` of a map; somebody who is in both, or twice in one, is reported. */
export function readGrants(reader: NodeReader, node: TreeNode): Grants {
  const grants = new Map<string, Grant>();
  for (const [key, role] of [
    ['owners', 'Owner'],
    ['readers', 'Reader'],
  ] as const) {
    for (const { text, node: item } of textsOf(child(node, key))) {
      const who = foldPrincipal(text);
      const first = grants.get(who);
      if (first === undefined) grants.set(who, { role, at: item.at });
      else refuseAgain(reader, who, { role, at: item.at }, first);
    }
  }
  return grants;
}

function refuseAgain(reader: NodeReader, who: string, { role, at }: Grant, first: Grant): void {
  if (first.role === role) {
    reader.refuse(at, duplicateItem(`\`${who}\``, first.at));
    return;
  }
  reader.refuse(at, {
    code: 'owner-and-reader',
    summary: `\`${who}\` is already in \`owners\`: an Owner can read.`,
    next: 'Remove one of them.',
    related: [{ message: 'First listed here.', at: first.at }],
  });
}

/** One entry of `shares:`. */
export interface ShareRule {
  /** Whether it is for a secret. */
  readonly matches: (provider: string, secret: string) => boolean;
  readonly grants: Grants;
}

/** Reads `shares:`. A pattern that matches no secret is reported: it grants nothing to anybody. */
export function readShareRules(reader: SectionReader): ShareRule[] {
  const names = reader.entries('secrets').map(({ key }) => key);
  return reader.items('shares').map((node) => {
    const provider = reader.providerOf(node);
    const tests = textsOf(child(node, 'secrets')).map(({ text, node: item }) =>
      patternOf(reader, text, item.at, names),
    );
    return {
      matches: (where, secret) =>
        (provider === undefined || provider === where) && tests.some((test) => test(secret)),
      grants: readGrants(reader, node),
    };
  });
}

function patternOf(
  reader: SectionReader,
  pattern: string,
  at: Place,
  names: readonly string[],
): (name: string) => boolean {
  const test = wildcard(pattern, { single: true });
  if (reader.incomplete || names.some(test)) return test;
  const isPattern = /[*?]/.test(pattern);
  reader.refuse(at, {
    severity: isPattern ? 'warning' : 'error',
    code: 'unknown-secret',
    summary: isPattern
      ? `No secret matches \`${pattern}\`.`
      : `There is no secret \`${pattern}\` in this configuration.`,
    next: reader.suggest(pattern, () => names),
  });
  return test;
}
