import type { YAMLParseError } from 'yaml';
import type { ProblemWords } from '../../model/problem.js';

type Words = Pick<ProblemWords, 'code' | 'summary' | 'next'>;

/** What the parser's codes mean, in our words: its own messages quote the text, which may be a value. */
const BY_CODE: Readonly<Record<string, Words>> = {
  TAB_AS_INDENT: {
    code: 'tab',
    summary: 'A tab is used for indentation.',
    next: 'Indent with spaces: YAML does not accept tabs.',
  },
  BAD_INDENT: {
    code: 'bad-indent',
    summary: 'The indentation does not match the lines above.',
    next: 'Align the keys of one map in one column.',
  },
  BAD_DQ_ESCAPE: {
    code: 'bad-escape',
    summary: 'This backslash does not start a valid YAML escape.',
    next: "Write \\\\ for a backslash, or put the text in 'single quotes'.",
  },
  BAD_SCALAR_START: {
    code: 'needs-quotes',
    summary: 'Text cannot start with this character unless it is quoted.',
    next: 'Put the text in quotes.',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    code: 'nested-key',
    summary: 'A second `key:` is on the line of the first, or continues the value above.',
    next: 'Put it on a line of its own, or put the value in quotes where `: ` belongs to it.',
  },
  MULTILINE_IMPLICIT_KEY: {
    code: 'missing-colon',
    summary: 'A key is not followed by `:` on its line.',
    next: 'Write `key: value`, and quote text that goes over several lines.',
  },
  BLOCK_IN_FLOW: {
    code: 'block-in-brackets',
    summary: 'Inside `{ }` and `[ ]` everything is separated by commas, not by lines.',
  },
  KEY_OVER_1024_CHARS: { code: 'long-key', summary: 'This key is longer than 1024 characters.' },
};

const UNEXPECTED: Words = {
  code: 'not-yaml',
  summary: 'Unexpected text: this is not valid YAML.',
  next: 'Check the indentation, and the `:`, `-`, quotes and brackets of this line and the one above.',
};

/** An error of the YAML parser in our words. */
export function yamlWords({ code, message }: Pick<YAMLParseError, 'code' | 'message'>): Words {
  if (message.startsWith('Missing closing')) {
    return { code: 'open-quote', summary: 'A quote that was opened is not closed.', next: 'Close it.' };
  }
  if (/^Flow (map|sequence)|^Missing ,/.test(message)) {
    return {
      code: 'open-bracket',
      summary: 'A `{` or `[` that was opened is not closed here, or a comma is missing.',
      next: 'Close it, and separate what is in it by commas.',
    };
  }
  if (message.startsWith('Implicit map keys need')) {
    return { code: 'missing-colon', summary: 'A key is not followed by `:`.', next: 'Write `key: value`.' };
  }
  return BY_CODE[code] ?? UNEXPECTED;
}
