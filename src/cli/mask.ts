import { SENSITIVE_TEXT } from '../model/index.js';
import type { Sensitive } from '../model/index.js';
import { formsOf } from './mask-forms.js';

/*
 * The second net. Nothing above it prints a value: fields are `Sensitive`, errors are words of our own. But a message of a
 * database or of an API may quote what it was sent, and a defect may slip in. So the one writer masks every value that this
 * run has read, in every form that such a quotation may have.
 */

/** Knows what must never be written. */
export interface Masker {
  /** Remembers a value. */
  add(value: Sensitive): void;
  /** A text with every value in it masked. */
  mask(text: string): string;
}

/** Forms shorter than this would garble text that has nothing to do with them: they are masked between quotes only. */
const SHORTEST = 4;

/** Forms are found by how they start; the longer ones by more of it, so that values which begin alike cost little. */
const STARTS: readonly number[] = [8, SHORTEST];

/** Who quotes something long cuts it, and says so. */
const CUT = '…';

/** Others cut without a word: so many characters of the beginning tell of a value, wherever they end. */
const BEGINNING = 20;

/** The first line of a key, which all keys share. */
const FRAME = /^-----[A-Z -]*$/;

/** By the length of the start, then by the start. */
type FormIndex = ReadonlyMap<number, Map<string, Set<string>>>;

/** Starts without any value. */
export function openMasker(): Masker {
  const values = new Map<string, boolean>();
  const index: FormIndex = new Map(STARTS.map((length) => [length, new Map()]));
  const short = new Set<string>();
  const learn = (text: string): void => {
    for (const form of formsOf(text)) {
      if (form.length < SHORTEST) {
        if (form !== '') short.add(form);
        continue;
      }
      const length = STARTS.find((one) => form.length >= one) ?? SHORTEST;
      const forms = index.get(length);
      const start = form.slice(0, length);
      const known = forms?.get(start);
      if (known === undefined) forms?.set(start, new Set([form]));
      else known.add(form);
    }
  };
  return {
    add(value) {
      const text = value.reveal();
      if (!values.has(text)) values.set(text, false);
    },
    mask(text) {
      // Forms are made when there is something to write: most runs read more than they ever say.
      for (const [value, isLearnt] of values) {
        if (isLearnt) continue;
        values.set(value, true);
        learn(value);
      }
      if (values.size === 0) return text;
      return maskQuoted(maskForms(text, index), short);
    },
  };
}

/** One pass over the text; of several forms at one place the longest counts, and masks that touch become one. */
function maskForms(text: string, index: FormIndex): string {
  let masked = '';
  let from = 0;
  let isTouching = false;
  for (let at = 0; at + SHORTEST <= text.length;) {
    const found = longestAt(text, at, index);
    if (found === 0) {
      at += 1;
      continue;
    }
    const between = text.slice(from, at);
    masked += between;
    if (!isTouching || between !== '') masked += SENSITIVE_TEXT;
    isTouching = true;
    at += found;
    from = at;
  }
  return from === 0 ? text : masked + text.slice(from);
}

function longestAt(text: string, at: number, index: FormIndex): number {
  let longest = 0;
  for (const [length, forms] of index) {
    if (forms.size === 0) continue;
    for (const form of forms.get(text.slice(at, at + length)) ?? []) {
      if (form.length <= longest) continue;
      const shared = sharedLength(form, text, at);
      const isPart =
        (shared >= length && text.startsWith(CUT, at + shared)) ||
        (shared >= BEGINNING && !FRAME.test(form.slice(0, shared)));
      if (shared > longest && (shared === form.length || isPart)) longest = shared;
    }
  }
  return longest;
}

/** How many characters of a form stand at a place of a text. */
function sharedLength(form: string, text: string, at: number): number {
  let length = 0;
  while (length < form.length && form.charCodeAt(length) === text.charCodeAt(at + length)) length += 1;
  return length;
}

/** A short value counts where it stands alone between quotes: as a field of JSON, or in a message. */
function maskQuoted(text: string, short: ReadonlySet<string>): string {
  if (short.size === 0) return text;
  const either = [...short].map((one) => one.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|');
  // Inside JSON the quotes are escaped themselves.
  return text.replace(new RegExp(`(\\\\*["'\`])(?:${either})\\1`, 'g'), `$1${SENSITIVE_TEXT}$1`);
}
