import { hasErrors, problem } from '../model/index.js';
import type { Diagnostic, EndSource } from '../model/index.js';
import { doubtOf } from './doubts.js';
import { parseJson, textAt } from './document.js';
import type { DocumentNode } from './document.js';
import type { EmptyWords, SourceDefinition } from './definition.js';
import { failed } from './reading.js';
import type { AnyReading, Reading, ValueContext } from './reading.js';

/** Applies the transforms of one place to what was read once. */
export type Transformer = (source: EndSource) => Reading;

/** Text, or what is wrong. */
type Step = { readonly text: string } | { readonly problem: Diagnostic };

/**
 * Applies the transforms of a source to what was read: base64, then `key`, then `trim`. Where the source gives a document (which
 * base64 never is), `base64` is about the value that `key` takes out of it. A document is parsed once, however many places take
 * something out of it. Bytes that are not UTF-8 are refused, since the systems store text; so is an empty value, unless the source says
 * `allow_empty: true`.
 */
export function transformer(
  raw: AnyReading,
  definition: SourceDefinition,
  { sensitive }: Pick<ValueContext, 'sensitive'>,
): Transformer {
  const parsed = new Map<boolean, DocumentNode | undefined>();
  const parse: Parse = (text, isDecoded) => {
    if (!parsed.has(isDecoded)) parsed.set(isDecoded, parseJson(text));
    return parsed.get(isDecoded);
  };
  const rawProblems = raw.problem === undefined ? [] : [raw.problem];
  return (source) => {
    if (hasErrors(rawProblems)) return { problems: rawProblems };
    const taken = take({ source, definition }, raw, parse);
    if ('problem' in taken) return { problems: [...rawProblems, taken.problem] };
    const text = source.trim === true ? taken.text.trim() : taken.text;
    const place = { source, definition };
    if (text === '' && source.allowEmpty !== true) return { problems: [...rawProblems, emptyError(place)] };
    return { value: sensitive(text), problems: [...rawProblems, ...doubtsAbout(place, text)] };
  };
}

/** A source, and what knows it. */
interface Place {
  readonly source: EndSource;
  readonly definition: SourceDefinition;
}

const nameOf = ({ source, definition }: Place): string => definition.name(source);

/** The name, with the place in the document where there is a `key`. */
function valueName(place: Place): string {
  const { key } = place.source;
  return key === undefined ? nameOf(place) : `${nameOf(place)}, at \`${key}\`,`;
}

/** Parses what a source gives, as it is or decoded; each of the two once. */
type Parse = (text: string, isDecoded: boolean) => DocumentNode | undefined;

function take(place: Place, raw: AnyReading, parse: Parse): Step {
  const { source, definition } = place;
  if (!('document' in raw)) return takeFrom(place, raw.bytes ?? raw.text ?? '', source.key, parse);
  if (definition.select !== undefined) {
    const selected = definition.select(source, raw.document);
    if (selected.problem !== undefined) return { problem: selected.problem };
    return takeFrom(place, selected.bytes ?? selected.text ?? '', source.key, parseJson);
  }
  if (source.key !== undefined) {
    return after(at(place, raw.document, source.key), (text) => decodeValue(place, text));
  }
  if (raw.whole !== undefined) return takeFrom(place, raw.whole, undefined, parse);
  return failed(
    'missing-key',
    `${nameOf(place)} holds several values, and no \`key\` says which one to use.`,
    'Add `key:` with the path of the value, such as aws.secret_key.',
  );
}

function takeFrom(place: Place, whole: Uint8Array | string, key: string | undefined, parse: Parse): Step {
  if (key === undefined) return decodeValue(place, whole);
  const bytes = place.source.base64 === true ? fromBase64(whole) : undefined;
  return after(utf8(place, bytes ?? whole), (text) => {
    const document = parse(text, bytes !== undefined);
    if (document === undefined) {
      return failed(
        'not-a-document',
        `${nameOf(place)} is not JSON, so \`key\` cannot select a value in it.`,
        'Leave out `key`, or correct the document.',
      );
    }
    const taken = at(place, document, key);
    return bytes === undefined ? after(taken, (value) => decodeValue(place, value)) : taken;
  });
}

const after = (step: Step, next: (text: string) => Step): Step => ('text' in step ? next(step.text) : step);

function at(place: Place, document: DocumentNode, path: string): Step {
  const found = textAt(document, path);
  if ('text' in found) return found;
  return failed('missing-value', `${nameOf(place)} ${found.wrong}.`, 'Check the path in `key`.');
}

/** A value as text, out of its base64 where the source says so. */
function decodeValue(place: Place, value: Uint8Array | string): Step {
  if (place.source.base64 !== true) return utf8(place, value);
  const bytes = fromBase64(value);
  if (bytes !== undefined) return utf8(place, bytes);
  return failed(
    'not-base64',
    `${valueName(place)} is not base64.`,
    'Leave out `base64: true`, or correct the value.',
  );
}

/** The bytes that base64 stands for, with or without its padding, white space left out; `undefined` where it is not base64. */
function fromBase64(value: Uint8Array | string): Uint8Array | undefined {
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  const padded = text.replace(/\s+/g, '');
  const body = padded.replace(/={1,2}$/, '');
  if (/[^A-Za-z0-9+/]/.test(body) || body.length % 4 === 1) return undefined;
  if (padded.length !== body.length && padded.length % 4 !== 0) return undefined;
  return Buffer.from(body, 'base64');
}

function utf8(place: Place, value: Uint8Array | string): Step {
  const text = typeof value === 'string' ? value : textOf(value);
  if (text !== undefined) return { text };
  return failed(
    'not-utf8',
    `${valueName(place)} is not UTF-8 text.`,
    'The systems store text: encode the bytes first, for example as base64.',
  );
}

/** Bytes as text, a byte order mark and all; `undefined` where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A CI secret that does not exist gives an empty variable: it must not replace a value. */
function emptyError(place: Place): Diagnostic {
  const { code, what, next } = place.definition.empty ?? EMPTY;
  return problem({
    code,
    summary: `${valueName(place)} ${place.source.trim === true ? `${what} once it is trimmed` : what}.`,
    next: `${next} If an empty value is meant, add \`allow_empty: true\`.`,
  });
}

/** A warning about a value that is probably not the one that is meant. */
function doubtsAbout(place: Place, text: string): readonly Diagnostic[] {
  const doubt = doubtOf(text, place.source.trim);
  if (doubt === undefined) return [];
  const { code, what, next } = doubt;
  return [problem({ severity: 'warning', code, summary: `${valueName(place)} ${what}.`, next })];
}

const EMPTY: EmptyWords = {
  code: 'empty-value',
  what: 'exists, but is empty',
  next: 'If another step writes it, check that it has run.',
};
