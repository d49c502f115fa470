import { OUTSIDE_TEXT } from '../model/index.js';
import type { Mask } from '../model/index.js';
import { formsOf } from './mask-forms.js';

/*
 * The second line of defence. Nothing prints a value by itself: fields are `Sensitive`, errors are words of our own. But a message
 * of a database or of an API may quote what it was sent. So such a text, and no other, is cleaned where it comes in. A mask over
 * the whole output would answer questions: text of the repository that is masked was guessed right. For the same reason only whole
 * values count, never a part of one, and what the call itself sent is cut out in the same way, whether it is sensitive or not.
 */

/** The mask of one run. */
export interface Masker extends Required<Mask> {
  /** Adds a text that may be a value. */
  addText(text: string): void;
}

/** Forms shorter than this would garble text that has nothing to do with them: they are cut between quotes only. */
const SHORTEST = 4;

/** Forms are found by how they start; the longer ones by more of it, so that values which begin alike cost little. */
const STARTS: readonly number[] = [8, SHORTEST];

/** By the length of the start, then by the start. */
type FormIndex = ReadonlyMap<number, Map<string, Set<string>>>;

/** The forms of some values. */
interface KnownForms {
  readonly index: FormIndex;
  readonly short: Set<string>;
}

/** A mask without any value. */
export function openMasker(): Masker {
  const learnt = new Set<string>();
  const waiting = new Set<string>();
  const forms = noForms();
  const addText = (value: string): void => {
    if (value !== '' && !learnt.has(value)) waiting.add(value);
  };
  return {
    add: (value) => {
      addText(value.reveal());
    },
    addText,
    outside: (given, sent = []) => {
      // Forms are made when there is something to clean: most runs read more than they ever quote.
      for (const value of waiting) {
        learn(value, forms);
        learnt.add(value);
      }
      waiting.clear();
      const ofCall = noForms();
      for (const text of sent) learn(text, ofCall);
      return cutQuoted(cutForms(given, [forms.index, ofCall.index]), [...forms.short, ...ofCall.short]);
    },
  };
}

function noForms(): KnownForms {
  return { index: new Map(STARTS.map((length) => [length, new Map()])), short: new Set() };
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

/** One pass over the text; of several forms at one place the longest counts, and cuts that touch become one. */
function cutForms(text: string, indexes: readonly FormIndex[]): string {
  let shown = '';
  let from = 0;
  let isTouching = false;
  for (let at = 0; at + SHORTEST <= text.length;) {
    const length = Math.max(...indexes.map((index) => longestAt(text, at, index)));
    if (length === 0) {
      at += 1;
      continue;
    }
    const between = text.slice(from, at);
    shown += between;
    if (!isTouching || between !== '') shown += OUTSIDE_TEXT;
    isTouching = true;
    at += length;
    from = at;
  }
  return from === 0 ? text : shown + text.slice(from);
}

function longestAt(text: string, at: number, index: FormIndex): number {
  let longest = 0;
  for (const [length, forms] of index) {
    if (forms.size === 0) continue;
    for (const form of forms.get(text.slice(at, at + length)) ?? []) {
      if (form.length > longest && text.startsWith(form, at)) longest = form.length;
    }
  }
  return longest;
}

/** A short value counts where it is alone between quotes: as a field of JSON, or in a message. */
function cutQuoted(text: string, short: readonly string[]): string {
  if (short.length === 0) return text;
  const either = short.map((form) => form.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|');
  // Inside JSON the quotes are escaped themselves.
  return text.replace(new RegExp(`(\\\\*["'\`])(?:${either})\\1`, 'g'), `$1${OUTSIDE_TEXT}$1`);
}
