import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How often the functions of our code ran and, in them, loops and branches. */
export type Counts = ReadonlyMap<string, readonly Range[]>;

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly functionName: string; readonly ranges: readonly Range[] }[];
  }[];
}

/** Only what is built from this repository. */
const OURS = '/dist/';

/**
 * Counts what a process runs, by V8's own coverage: no clock, so the same on every machine.
 * @param run starts the process with the given variables, and waits for its end
 */
export async function countsOf(
  run: (variables: Readonly<Record<string, string>>) => Promise<void>,
): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-counts-'));
  try {
    await run({ NODE_V8_COVERAGE: folder });
    const counts = new Map<string, readonly Range[]>();
    for (const name of await readdir(folder)) {
      const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as Coverage;
      for (const { url, functions } of result.filter((script) => script.url.includes(OURS))) {
        const file = url.slice(url.indexOf(OURS) + OURS.length);
        for (const { functionName, ranges } of functions) {
          const [whole] = ranges;
          if (whole !== undefined)
            counts.set(`${file} ${functionName} at ${String(whole.startOffset)}`, ranges);
        }
      }
    }
    return counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Twice the input may run a piece of code that many times as often: sorting is a logarithm more, and depends on the order it meets. */
const MOST = 3;
/** What depends on chance is less than that. */
const SLACK = 300;

/** The pieces of code that ran too often for twice the input, the worst first. */
export function superlinear(small: Counts, large: Counts): readonly string[] {
  return [...large]
    .flatMap(([name, ranges]) =>
      ranges.map((range) => ({ name, range, before: countAt(small.get(name) ?? [], range) })),
    )
    .filter(({ range, before }) => range.count > MOST * before + SLACK)
    .sort((a, b) => b.range.count - a.range.count)
    .map(
      ({ name, range, before }) =>
        `${name}, ${String(range.startOffset)}: ${String(before)}, then ${String(range.count)}`,
    );
}

/** V8 leaves out a range that runs as often as the one around it. */
function countAt(ranges: readonly Range[], { startOffset, endOffset }: Range): number {
  const around = ranges.filter((range) => range.startOffset <= startOffset && range.endOffset >= endOffset);
  return around.at(-1)?.count ?? 0;
}
