import type { ProblemWords } from '../../model/index.js';
import { findOptionSet } from '../sdk/duckdb-options.js';

/*
 * What the wrapper and DuckDB take, and what takes the database's DuckDB down or shows a credential later (DuckDB wrapper contract).
 */

/** The types whose provider `credential_chain` is that of DuckDB's extension aws. */
const OF_AWS = ['s3', 'gcs', 'r2', 'aws', 'rds'];
/** Chains that ask AWS for credentials of their own: DuckDB then acts as if `refresh` said `auto`. */
const ASKING = ['sts', 'web_identity'];

/** What the checks need of a secret: its type in lower case, and its options where they are known as text. */
export interface Shape {
  readonly type: string;
  /** The text of an option; `null` where it is set to what is not known yet. */
  readonly option: (name: string) => string | null | undefined;
}

/** Whether a secret gets its credentials from AWS's chain. */
export function isAwsChain(type: string, provider: string | null | undefined): boolean {
  return OF_AWS.includes(type.toLowerCase()) && provider?.toLowerCase() === 'credential_chain';
}

/** Whether the loss of the host's credentials takes DuckDB down: validation is `none` in no case of letters. */
export function needsCredentials({ type, option }: Shape): boolean {
  if (!isAwsChain(type, option('provider'))) return false;
  const validation = option('validation');
  return validation !== null && validation?.toLowerCase() !== 'none';
}

/** The warning about a server that needs credentials of the host; none where the file says `exists` on purpose. */
export function chainProblem(shape: Shape): ProblemWords | undefined {
  if (!needsCredentials(shape) || shape.option('validation')?.toLowerCase() === 'exists') return undefined;
  return {
    severity: 'warning',
    code: 'chain-without-validation',
    summary:
      'Without "validation: none" DuckDB requires credentials on the database host whenever it loads this secret: once they are gone, every DuckDB query of every role and every change of a server or mapping fails, until the server is dropped.',
    next: 'Add "validation: none", or "validation: exists" if that is intended.',
  };
}

/** How the credentials of a secret are shown in `duckdb_secrets()`; `undefined` where they are not. */
export function exposure({ type, option }: Shape): string | undefined {
  const provider = option('provider');
  if (findOptionSet(type, undefined)?.options.some(({ name }) => name === 'refresh') !== true)
    return undefined;
  const refresh = option('refresh');
  const isChain = provider !== undefined && provider !== null && isAwsChain(type, provider);
  if (refresh !== undefined) {
    // Provider config takes any value for `auto`, credential_chain that word alone.
    const acts = !isChain || refresh === null || refresh === 'auto' || (refresh === '' && isAsking(option));
    return acts ? 'refresh' : undefined;
  }
  return isChain && isAsking(option) ? 'chain' : undefined;
}

function isAsking(option: Shape['option']): boolean {
  return ASKING.includes(option('chain') ?? '');
}

/** The words for a secret whose credentials are shown. */
export function exposureProblem(because: string): ProblemWords {
  return {
    code: 'credentials-shown',
    summary: `With the option ${because} DuckDB shows secret, session_token and bearer_token in clear in duckdb_secrets() (refresh_info), to every role with this mapping; a mapping of public shows them to everyone.`,
    next:
      because === 'refresh'
        ? 'Remove refresh. "options_unchecked: true" accepts it.'
        : 'Remove the credentials from the mapping, or use another chain. "options_unchecked: true" accepts it.',
  };
}

/** Why a server of type iceberg cannot be had. */
export const ICEBERG: ProblemWords = {
  code: 'iceberg-server',
  summary:
    'The wrapper checks a server without its mappings. An iceberg server without token or client data is refused for what is missing, one with them because they are sensitive; the attempt would roll back all changes of this database.',
  next: 'Remove it until a release of the wrapper can create it. "options_unchecked: true" tries it all the same.',
};

/** What is wrong with the chain of a secret: it cannot work, or asks AWS whenever it is loaded. */
export function stsProblems({ type, option }: Shape): readonly ProblemWords[] {
  if (!isAwsChain(type, option('provider'))) return [];
  const chain = option('chain');
  const hasRole = option('assume_role_arn') !== undefined;
  if (hasRole && (chain === undefined || chain === '')) {
    return [
      {
        code: 'missing-option',
        summary: 'The option assume_role_arn needs the option chain.',
        next: 'Add "chain: sts".',
      },
    ];
  }
  if (chain?.split(';').includes('sts') !== true) return [];
  if (!hasRole) {
    return [
      {
        code: 'missing-option',
        summary: 'The chain sts needs the option assume_role_arn.',
        next: 'Add assume_role_arn; a profile that assumes a role needs "chain: config".',
      },
    ];
  }
  return [
    {
      severity: 'warning',
      code: 'chain-asks-sts',
      summary:
        'With the chain sts DuckDB asks AWS STS whenever it loads this secret, with "validation: none" too: where STS is not reached, the first DuckDB query of every session waits for it.',
      next: 'Make sure that the database host reaches STS, or use another chain.',
    },
  ];
}
