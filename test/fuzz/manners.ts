import type { FinishedCli } from '../support/cli.js';

/** More output than that is no clear answer. */
const MOST_OUTPUT = 2 ** 20;

/** Words of a program that fell over its input, which no input contains. */
const FALLEN =
  /^ {4}at |bug in secrets|TypeError|RangeError|SyntaxError|Cannot read propert|is not a function|is not iterable|Maximum call stack|out of memory|\[object Object\]/m;

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/**
 * What is wrong with how a command answered a spoiled input; `undefined` where nothing is.
 * @param codes the exit codes that it may have
 */
export function badManners(
  { code, stdout, stderr }: FinishedCli,
  json: boolean,
  codes: readonly number[],
): string | undefined {
  const all = stdout + stderr;
  if (!codes.includes(code)) return `exit code ${String(code)}`;
  if (code === 1 && !/^(Error|Usage): \S/m.test(all) && !json) return 'exit code 1 without an error';
  const fallen = FALLEN.exec(all);
  if (fallen !== null) return `output contains ${JSON.stringify(fallen[0])}`;
  if (all.length > MOST_OUTPUT) return `${String(all.length)} characters of output`;
  const control = CONTROL.exec(all);
  if (control !== null) return `output contains ${JSON.stringify(control[0])}`;
  return json ? badDocuments(stdout) : undefined;
}

function badDocuments(stdout: string): string | undefined {
  for (const line of stdout.split('\n')) {
    if (line === '') continue;
    try {
      JSON.parse(line);
    } catch {
      return `not JSON: ${line.slice(0, 80)}`;
    }
  }
  return undefined;
}
