import { problem } from '../model/index.js';
import type { Diagnostic, Environment } from '../model/index.js';

/** What makes Node, or a library that it loads, print requests; read before any code of ours runs. */
const VARIABLES = ['NODE_DEBUG', 'NODE_DEBUG_NATIVE', 'GOOGLE_SDK_NODE_LOGGING'];

/** Warns where requests are printed past the mask. The command unsets these variables, so this is for programs that use the library. */
export function nodeDebugWarnings(env: Environment): readonly Diagnostic[] {
  return VARIABLES.filter((name) => (env[name] ?? '') !== '').map((name) =>
    problem({
      severity: 'warning',
      code: 'node-debug',
      summary: `${name} is set: Node may print requests with their tokens and values to stderr, past the mask.`,
      next: `Unset ${name} before the process starts.`,
    }),
  );
}
