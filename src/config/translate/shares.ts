import { textsOf } from '../merge.js';
import { problemAt } from '../../model/problem.js';
import type { Place } from '../../model/source-text.js';
import { child, textOf } from '../../model/tree.js';
import type { TreeNode } from '../../model/tree.js';
import type { BuildContext } from './context.js';
import { meantName, providerType, unknownProvider } from './context.js';
import { twice } from './roles.js';

/** What somebody may do with a secret. */
type ShareRole = 'Owner' | 'Reader';

/** Who has which role, and where the file says so. */
export type Grants = Map<string, { readonly role: ShareRole; readonly at: Place }>;

/** Principals as addresses have them: e-mail addresses in small letters (the management API compares them so). */
function foldPrincipal(text: string): string {
  return text.startsWith('user:') ? text.toLowerCase() : text;
}

/** The grants that `owners` and `readers` of a map say; who stands in both, or twice in one, is a problem. */
export function readGrants(context: BuildContext, node: TreeNode): Grants {
  const grants: Grants = new Map();
  for (const [key, role] of [
    ['owners', 'Owner'],
    ['readers', 'Reader'],
  ] as const) {
    for (const { text, node: item } of textsOf(child(node, key))) {
      const who = foldPrincipal(text);
      const first = grants.get(who);
      if (first === undefined) grants.set(who, { role, at: item.at });
      else if (first.role === role) context.problems.push(problemAt(item.at, twice(`\`${who}\``, first.at)));
      else {
        context.problems.push(
          problemAt(item.at, {
            code: 'owner-and-reader',
            summary: `\`${who}\` is in \`owners\` already: an Owner can read.`,
            next: 'Take one of the two away.',
            related: [{ message: 'It stands here first.', at: first.at }],
          }),
        );
      }
    }
  }
  return grants;
}

/** One entry of `shares:`, ready to be asked about a secret. */
export interface ShareRule {
  readonly matches: (provider: string, secret: string) => boolean;
  readonly grants: Grants;
}

/**
 * A name pattern as a test: `*` is any text, `?` one character; everything else is itself. Takes at most pattern times name
 * steps: a regular expression made of many `*` may take far more.
 */
export function patternTest(pattern: string): (name: string) => boolean {
  return (name) => {
    let at = 0;
    let star = -1;
    let retry = 0;
    let index = 0;
    while (index < name.length) {
      const one = pattern[at];
      if (one === '*') {
        star = at;
        retry = index;
        at += 1;
      } else if (one === '?' || one === name[index]) {
        at += 1;
        index += 1;
      } else if (star !== -1) {
        // The last star takes one character more.
        retry += 1;
        index = retry;
        at = star + 1;
      } else return false;
    }
    return /^\**$/.test(pattern.slice(at));
  };
}

/** Reads `shares:`. A pattern that fits no secret is a problem: it grants nothing to anybody. */
export function readShareRules(context: BuildContext): ShareRule[] {
  const names = [...context.merged.secrets.keys()];
  return context.merged.shares.flatMap((node) => {
    const provider = readProvider(context, node);
    const tests = textsOf(child(node, 'secrets')).map(({ text, node: item }) => {
      const test = patternTest(text);
      if (!context.incomplete && !names.some(test)) {
        const isPattern = /[*?]/.test(text);
        context.problems.push(
          problemAt(item.at, {
            severity: isPattern ? 'warning' : 'error',
            code: 'unknown-secret',
            summary: isPattern
              ? `No secret fits \`${text}\`.`
              : `There is no secret \`${text}\` in this configuration.`,
            next: meantName(context, text, () => names),
          }),
        );
      }
      return test;
    });
    return [
      {
        matches: (where, secret) =>
          (provider === undefined || provider === where) && tests.some((test) => test(secret)),
        grants: readGrants(context, node),
      },
    ];
  });
}

function readProvider(context: BuildContext, node: TreeNode): string | undefined {
  const written = child(node, 'provider');
  const name = textOf(written);
  if (written === undefined || name === undefined) return undefined;
  const type = providerType(context, name);
  if (!context.merged.providers.has(name)) {
    context.problems.push(
      ...[unknownProvider(context, name, written.at)].flatMap((problem) => problem ?? []),
    );
  } else if (type !== undefined && type !== 'singlestore') {
    context.problems.push(
      problemAt(written.at, {
        code: 'wrong-provider',
        summary: `\`${name}\` is a provider of type \`${type}\`; \`shares\` need one of type \`singlestore\`.`,
      }),
    );
  }
  return name;
}
