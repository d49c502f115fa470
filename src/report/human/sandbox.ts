import type { SandboxDocument } from '../document.js';
import type { Style } from './style.js';

/** How to reach a sandbox that has started. */
export function sandboxText(document: SandboxDocument, { bold, dim }: Style): string {
  const { helios, postgres, variables, envFile } = document;
  return [
    bold('The sandbox is running.'),
    '',
    `  Helios Management API  ${helios.url}   ${dim(`organization ${helios.organization.name}`)}`,
    `  Postgres               ${postgres.url}`,
    '',
    '  API keys',
    ...helios.keys.map((key) => `    ${key.email.padEnd(20)} ${key.token}`),
    '',
    '  In another terminal:',
    ...useLines(variables, envFile),
    '    secrets plan -f examples/quickstart',
    '',
    '  Press Ctrl-C to stop. Nothing is kept.',
    '',
  ].join('\n');
}

/** The shell commands that set the variables. */
function useLines(variables: SandboxDocument['variables'], envFile: string | undefined): readonly string[] {
  if (envFile === undefined) {
    return Object.entries(variables).map(([name, value]) => `    export ${name}='${value}'`);
  }
  return [`    set -a; . ${envFile.includes('/') ? envFile : `./${envFile}`}; set +a`];
}
