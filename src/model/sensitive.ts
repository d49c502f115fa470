/** What every printed form of a sensitive value says. */
export const SENSITIVE_TEXT = '(sensitive value)';

/**
 * A secret value, wrapped from the moment it is read.
 *
 * The text lives in a private field, so that string conversion, JSON, template strings, spread, `structuredClone` and
 * Node's inspector show nothing of it. Only providers (at the wire) and value sources may call {@link Sensitive.reveal};
 * a lint rule keeps that, and another one that values are wrapped through the run's scope, which adds them to the run's mask.
 * Everything else compares with {@link Sensitive.equals} or by fingerprint.
 */
export class Sensitive {
  readonly #text: string;

  /** @param text the value, as text (a value is UTF-8 text in both systems). */
  constructor(text: string) {
    this.#text = text;
    Object.freeze(this);
  }

  /** The value itself. For providers, at the wire, and for value sources. */
  reveal(): string {
    return this.#text;
  }

  /** Whether both hold the same text; text that is not secret may be compared as it is. */
  equals(other: Sensitive | string): boolean {
    return this.#text === (typeof other === 'string' ? other : other.#text);
  }

  /** Whether the value is the empty string: says nothing else about it. */
  get isEmpty(): boolean {
    return this.#text === '';
  }

  /** The size of the value in UTF-8 bytes (systems limit it). */
  get byteLength(): number {
    return new TextEncoder().encode(this.#text).byteLength;
  }

  toString(): string {
    return SENSITIVE_TEXT;
  }

  toJSON(): string {
    return SENSITIVE_TEXT;
  }

  [Symbol.toPrimitive](): string {
    return SENSITIVE_TEXT;
  }

  get [Symbol.toStringTag](): string {
    return 'Sensitive';
  }

  /** What `util.inspect` (so `console.log` and error printing) shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SENSITIVE_TEXT;
  }
}
