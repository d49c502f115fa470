/** A value that is probably not the one that is meant, in words that follow the name of its source. None of the value is in them. */
interface Doubt {
  readonly code: string;
  readonly what: string;
  readonly next: string;
}

/** Characters that nobody sees: white space, controls, marks of zero width, direction and byte order. */
const UNSEEN = String.raw`[\s\p{Cc}\p{Cf}]`;
const BLANK = new RegExp(`^${UNSEEN}*$`, 'u');
const START = new RegExp(`^${UNSEEN}`, 'u');
const END = new RegExp(`${UNSEEN}$`, 'u');

/** What programs print for nothing, what hides a value, and what a template or a person left to be filled in. */
const PLACEHOLDERS: readonly RegExp[] = [
  /^(?:undefined|null|none|nil|nan|\(null\)|<nil>|<no value>|\[object \w+\]|\(none\))$/i,
  /^(?:[*•●]{3,}|x{3,}|\.{3,}|-{3,})$/i,
  /^[<([{]*(?:redacted|masked|hidden|filtered|sensitive value|secret|change_?-?me|replace_?-?me|placeholder|to_?-?do|tbd|fixme)[>)\]}]*$/i,
  /^<[\w -]{1,60}>$/,
  /^your[_ -][\w -]{0,40}(?:key|token|secret|password|value)(?:[_ -]here)?$/i,
  /^(?:\$\{[^}]{0,200}\}|\$\{\{[^}]{0,200}\}\}|\{\{[^}]{0,200}\}\}|\$\([^)]{0,200}\)|\$[A-Z_][A-Z0-9_]*)$/,
  /^ENC\[[A-Z0-9_]+,/,
];

const TRIM = 'Add `trim: true`; if it is meant, say so with `trim: false`.';

function untrimmed(what: string): Doubt {
  return { code: 'untrimmed-value', what, next: TRIM };
}

/** What is at the ends of a value that is seldom meant. Text of several lines (a private key) ends in a newline by custom. */
function doubtAtEnds(text: string): Doubt | undefined {
  if (text.startsWith('\uFEFF')) return untrimmed('starts with a byte order mark');
  if (START.test(text)) return untrimmed(`starts with ${unseenIn(text.slice(0, 1))}`);
  const line = text.replace(/\r?\n$/, '');
  if (line !== text) {
    if (line.includes('\n')) return undefined;
    return untrimmed(`ends in ${text.endsWith('\r\n') ? 'a carriage return and a newline' : 'a newline'}`);
  }
  return END.test(text) ? untrimmed(`ends in ${unseenIn(text.slice(-1))}`) : undefined;
}

function unseenIn(character: string): string {
  if (character === '\n') return 'a newline';
  if (character === '\r') return 'a carriage return';
  return /\s/.test(character) ? 'white space' : 'an invisible character';
}

/**
 * Why a value is probably not the one that is meant.
 * @param text not empty
 * @param trim whether white space is removed from the ends; `false` where it is meant
 */
export function doubtOf(text: string, trim: boolean | undefined): Doubt | undefined {
  if (text === '') return undefined;
  if (BLANK.test(text)) {
    return {
      code: 'blank-value',
      what: 'holds nothing but white space',
      next: 'Check where the value is kept.',
    };
  }
  if (PLACEHOLDERS.some((pattern) => pattern.test(text.trim()))) {
    return {
      code: 'placeholder-value',
      what: 'holds what looks like a placeholder, not a value',
      next: 'Check that the step before this one puts the value in.',
    };
  }
  const doubt = trim === false ? undefined : doubtAtEnds(text);
  if (doubt !== undefined)
    return trim === true ? { ...doubt, next: 'Remove it where the value is kept.' } : doubt;
  if (!/^(["'`]).*\1$/s.test(text) || text.length < 2) return undefined;
  return {
    code: 'quoted-value',
    what: 'is in quotes, which are part of the value',
    next: 'Remove them where the value is kept, unless they are meant.',
  };
}
