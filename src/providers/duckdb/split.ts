/** One secret as `duckdb_secrets()` lists it. */
export interface Listed {
  readonly name: string;
  readonly type: string;
  readonly provider: string;
  readonly scope: readonly string[];
  /** `name=…;type=…;…;option=value;…`, with every value in clear. */
  readonly text: string;
  /** The same with `redacted` for values that DuckDB does not show. */
  readonly redacted: string;
}

/** More places than this that look like the start of an option are not tried. */
const MOST_STARTS = 200;

/**
 * Takes the options out of a listed secret. DuckDB prints them as one text, in the order of their names, and quotes nothing: a
 * value with `;region=` in it looks like an option. The file decides: there each text follows its length (DuckDB's binary format, as
 * measured with the pinned library). Where the two leave a doubt, nothing is returned.
 * @param file the bytes of the secret's file
 */
export function splitOptions(listed: Listed, file: Uint8Array): ReadonlyMap<string, string> | undefined {
  const { name, type, provider, scope, text } = listed;
  const scopes = scope.length === 0 ? '' : `=${scope.join(',')}`;
  const head = `name=${name};type=${type};provider=${provider};serializable=true;scope${scopes};`;
  if (!text.startsWith(head)) return undefined;
  const rest = text.slice(head.length);
  if (rest === '') return new Map();
  const starts = [...rest.matchAll(/(?<=^|;)([a-z_][a-z0-9_]*)=/g)].map((match) => ({
    at: match.index,
    key: match[1] ?? '',
  }));
  if (starts[0]?.at !== 0 || starts.length > MOST_STARTS) return undefined;
  const bytes = Buffer.from(file);
  const proven = ways(rest, starts, (key, value) => hasEntry(bytes, key, value));
  if (proven.length > 0) return proven.length === 1 ? proven[0] : undefined;
  const possible = ways(rest, starts, () => true);
  return possible.length === 1 ? possible[0] : undefined;
}

type Starts = readonly { readonly at: number; readonly key: string }[];

/** At most two ways to read the text as options, names in ascending order. */
function ways(
  text: string,
  starts: Starts,
  accept: (key: string, value: string) => boolean,
): readonly ReadonlyMap<string, string>[] {
  const found: ReadonlyMap<string, string>[] = [];
  const go = (index: number, before: readonly (readonly [string, string])[]): void => {
    const start = starts[index];
    if (start === undefined || found.length > 1) return;
    for (let next = index + 1; next <= starts.length && found.length < 2; next += 1) {
      const following = starts[next];
      if (following !== undefined && following.key <= start.key) continue;
      const value = text.slice(
        start.at + start.key.length + 1,
        following === undefined ? undefined : following.at - 1,
      );
      if (!accept(start.key, value)) continue;
      const entries = [...before, [start.key, value] as const];
      if (following === undefined) found.push(new Map(entries));
      else go(next, entries);
    }
  };
  go(0, []);
  return found;
}

/** How DuckDB prints a value that is not text: a boolean, a number, a map. */
const NOT_TEXT = /^(true|false|-?[0-9.]+|\{.*\})$/s;
/** Type numbers of DuckDB's binary format. */
const VARCHAR = 0x19;

/** Whether the file has this option with this value; of a value that is not text it is enough that the option exists. */
function hasEntry(file: Buffer, key: string, value: string): boolean {
  const before = Buffer.concat([lengthAndText(key), Buffer.from([0xff, 0xff, 0x64, 0, 0x64, 0])]);
  const asText = Buffer.concat([
    before,
    Buffer.from([VARCHAR, 0xff, 0xff, 0x65, 0, 0, 0x66, 0]),
    lengthAndText(value),
    Buffer.from([0xff, 0xff]),
  ]);
  if (file.includes(asText)) return true;
  if (!NOT_TEXT.test(value)) return false;
  const at = file.indexOf(before);
  return at !== -1 && file[at + before.length] !== VARCHAR;
}

/** A text as the format has it: its length in bytes, seven bits at a time from the lowest, and its bytes. */
function lengthAndText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  let left = bytes.length;
  do {
    length.push((left % 128) + (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from(length), bytes]);
}
