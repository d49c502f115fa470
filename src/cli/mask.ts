import { SENSITIVE_TEXT } from '../model/index.js';
import type { Sensitive } from '../model/index.js';
import type { TextMask } from '../report/index.js';
import { formsOf } from './mask-forms.js';

/*
 * The second line of defence. Nothing prints a value by itself: fields are `Sensitive`, errors are words of our own. But a message
 * of a database or of an API may quote what it was sent. So before anything is rendered, every value that this run has read is
 * masked in the texts from outside, in every form that such a quotation may have.
 */

/** The mask of one run. */
export interface Masker extends TextMask {
  /** Adds a value that was read. */
  add(value: Sensitive): void;
  /** Adds a text that may be a value. */
  addText(text: string): void;
}

/** Forms shorter than this would garble text that has nothing to do with them: they are masked between quotes only. */
const SHORTEST = 4;

/** Forms are found by how they start; the longer ones by more of it, so that values which begin alike cost little. */
const STARTS: readonly number[] = [8, SHORTEST];

/** A quotation of something long is cut, and ends so. */
const CUT = '…';

/** Some cut without that mark: this many characters of the beginning identify a value. */
const BEGINNING = 20;

/** The first line of a key, which all keys share. */
const FRAME = /^-----[A-Z -]*$/;

/** By the length of the start, then by the start. */
type FormIndex = ReadonlyMap<number, Map<string, Set<string>>>;

/** The forms of all values that are known so far. */
interface KnownForms {
  readonly index: FormIndex;
  readonly short: Set<string>;
}

/** A mask without any value. */
export function openMasker(): Masker {
  const learnt = new Set<string>();
  const waiting = new Set<string>();
  const forms: KnownForms = { index: new Map(STARTS.map((length) => [length, new Map()])), short: new Set() };
  const text = (given: string): string => {
    // Forms are made when there is something to write: most runs read more than they ever print.
    for (const value of waiting) {
      learn(value, forms);
      learnt.add(value);
    }
    waiting.clear();
    return learnt.size === 0 ? given : maskQuoted(maskForms(given, forms.index), forms.short);
  };
  const addText = (value: string): void => {
    if (value !== '' && !learnt.has(value)) waiting.add(value);
  };
  return {
    add: (value) => {
      addText(value.reveal());
    },
    addText,
    text,
    field: (given) => (learnt.has(given) || waiting.has(given) ? SENSITIVE_TEXT : text(given)),
  };
}

function learn(value: string, { index, short }: KnownForms): void {
  for (const form of formsOf(value)) {
    if (form.length < SHORTEST) {
      if (form !== '') short.add(form);
      continue;
    }
    const length = STARTS.find((start) => form.length >= start) ?? SHORTEST;
    const forms = index.get(length);
    const start = form.slice(0, length);
    const known = forms?.get(start);
    if (known === undefined) forms?.set(start, new Set([form]));
    else known.add(form);
  }
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

/** How many characters of a form are at a place of a text. */
function sharedLength(form: string, text: string, at: number): number {
  let length = 0;
  while (length < form.length && form.charCodeAt(length) === text.charCodeAt(at + length)) length += 1;
  return length;
}

/** A short value counts where it is alone between quotes: as a field of JSON, or in a message. */
function maskQuoted(text: string, short: ReadonlySet<string>): string {
  if (short.size === 0) return text;
  const either = [...short].map((form) => form.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|');
  // Inside JSON the quotes are escaped themselves.
  return text.replace(new RegExp(`(\\\\*["'\`])(?:${either})\\1`, 'g'), `$1${SENSITIVE_TEXT}$1`);
}
