import type { Random } from './rounds.js';

/** Ways in which a system repeats what it was sent, or tells what it holds. */
const QUOTATIONS: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => `invalid value "${value}"`,
  (value) => JSON.stringify({ value }),
  (value) => JSON.stringify(JSON.stringify({ secret: { value } })),
  (value) => `'${value.replaceAll("'", "''")}'`,
  (value) => `value=${encodeURIComponent(value)}&by=1`,
  (value) => `form ${new URLSearchParams({ value }).toString()}`,
  (value) => Buffer.from(`a:${value}`).toString('base64'),
  (value) => Buffer.from(value).toString('base64url'),
  (value) => Buffer.from(value).toString('hex'),
];

/** Messages say something before they quote, and are cut where they are too long: the cut may be anywhere in the value. */
const PADDING = 'The request could not be processed. ';

/** The body of an error that quotes one of these values. */
export function echoOf(random: Random, values: readonly string[]): string {
  const quote = random.pick(QUOTATIONS)(random.pick(values));
  const text = PADDING.repeat(7).slice(0, random.below(230)) + quote;
  return random.pick([
    () => text,
    () => JSON.stringify({ error: text }),
    () => JSON.stringify({ message: text, code: 12 }),
    () => JSON.stringify({ errors: [{ detail: text }] }),
    () => JSON.stringify({ [text]: text }),
  ])();
}
