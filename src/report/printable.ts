/**
 * What must not reach a terminal as it is: control characters (ESC starts a command, a newline fakes a line of ours), marks that
 * turn the direction of text or that nobody sees (a name that only looks like another), and halves of characters. Tabs and
 * newlines are among them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** White space that looks like a space, and is not one; of several in a row each. */
const ODD_SPACE = /(?! )\p{Zs}/gu;

/** What has an escape that everybody knows. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** Starts a command of a CI system, anywhere in a line. */
const COMMAND_MARK = /##(?=\w*\[)/g;

/** The same without what JSON escapes by itself, in characters that take one or two escapes of JSON. */
const UNPRINTABLE_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Characters that take two columns of a terminal: East Asian wide and fullwidth ones, and pictures. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** Characters that are drawn over the one before them. */
const COMBINING = /^[\p{Mn}\p{Me}]$/u;

/**
 * Text from outside (a name, a value, a server's message) as one line that a terminal shows and does not obey: what it would
 * obey, or not show, is written as `\n` or `\u{1b}`.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (found) => SHORT.get(found) ?? escaped(found));
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A name from outside, {@link printable}, in which a no-break space is not taken for a space. */
export function printableName(name: string): string {
  return printable(name).replace(ODD_SPACE, escaped);
}

/** A text in quotes, as JSON has it, in which every character can be seen: `"a\n\u00a0"`. */
export function quotedText(text: string): string {
  return jsonEscapes(jsonEscapes(JSON.stringify(text), UNPRINTABLE_IN_JSON), ODD_SPACE);
}

function jsonEscapes(json: string, characters: RegExp): string {
  return json.replace(characters, (found) =>
    [...Array(found.length).keys()]
      .map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/**
 * Text of several lines from outside: each line made {@link printable}. A line may end as Unix or Windows ends it, and a tab
 * becomes two spaces.
 */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => printable(line.replaceAll('\t', '  ')));
}

/**
 * JSON that is safe to look at: what JSON itself leaves as it is and a terminal or a CI system would obey is escaped. Every parser
 * reads the same from it.
 * @param json what `JSON.stringify` gave, in which such characters occur in strings only
 */
export function printableJson(json: string): string {
  return jsonEscapes(json, UNPRINTABLE_IN_JSON).replace(COMMAND_MARK, '#\\u0023');
}

/**
 * Text that no CI system takes for a command, whatever names are in it: `::name::` at the start of a line (GitHub Actions trims it
 * first), and `##[…]`, `##vso[…]`, `##teamcity[…]` anywhere (actions/runner, `ActionCommand.TryParse`; Azure Pipelines; TeamCity).
 */
export function withoutCommands(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1\\u{3a}').replace(COMMAND_MARK, '#\\u{23}');
}

/** How many columns of a terminal printable text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
