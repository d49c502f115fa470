import { Sensitive } from '../model/index.js';
import type { Diagnostic, EndSource } from '../model/index.js';
import { parseJson, textAt } from './document.js';
import type { DocumentNode } from './document.js';
import { nameOf, valueName } from './name.js';
import { problem } from './reading.js';
import type { AnyReading, Reading } from './reading.js';

/** What was read, once; the transforms of each place that uses it are done on it. */
export type Transformer = (source: EndSource) => Reading;

/** Text, or what is wrong. */
type Step = { readonly text: string } | { readonly problem: Diagnostic };

/**
 * Does what stands beside a source to what was read from it: base64, then `key`, then `trim`. Where the source gives a document (which
 * base64 never is), `base64` is about the value that `key` takes out of it. A document is parsed once, however many places take
 * something out of it. Bytes that are not UTF-8 are refused, since the systems store text.
 */
export function transformer(raw: AnyReading): Transformer {
  const parsed = new Map<boolean, DocumentNode | undefined>();
  const parse: Parse = (text, isDecoded) => {
    if (!parsed.has(isDecoded)) parsed.set(isDecoded, parseJson(text));
    return parsed.get(isDecoded);
  };
  const said = raw.problem === undefined ? [] : [raw.problem];
  return (source) => {
    if (said.some(({ severity }) => severity === 'error')) return { problems: said };
    const found = take(source, raw, parse);
    if ('problem' in found) return { problems: [...said, found.problem] };
    const text = source.trim === true ? found.text.trim() : found.text;
    const problems = text === '' ? [...said, emptyWarning(source)] : said;
    return { value: new Sensitive(text), problems };
  };
}

/** Parses what a source gives, as it is or decoded; each of the two once. */
type Parse = (text: string, isDecoded: boolean) => DocumentNode | undefined;

function take(source: EndSource, raw: AnyReading, parse: Parse): Step {
  if (!('document' in raw)) return takeFrom(source, raw.bytes ?? raw.text ?? '', source.key, parse);
  if (source.from === 'dotenv') {
    const found = variable(source, raw.document);
    return 'problem' in found ? found : takeFrom(source, found.text, source.key, parseJson);
  }
  if (source.key !== undefined) {
    return after(at(source, raw.document, source.key), (text) => decodeValue(source, text));
  }
  if (raw.whole !== undefined) return takeFrom(source, raw.whole, undefined, parse);
  return {
    problem: problem(
      'missing-key',
      `${nameOf(source)} holds several values, and nothing says which is meant.`,
      'Add `key:` with the path of the value, such as aws.secret_key.',
    ),
  };
}

function takeFrom(
  source: EndSource,
  whole: Uint8Array | string,
  key: string | undefined,
  parse: Parse,
): Step {
  if (key === undefined) return decodeValue(source, whole);
  const bytes = source.base64 === true ? fromBase64(whole) : undefined;
  return after(utf8(source, bytes ?? whole), (text) => {
    const document = parse(text, bytes !== undefined);
    if (document === undefined) {
      return {
        problem: problem(
          'not-a-document',
          `${nameOf(source)} is not JSON, so nothing can be taken out of it.`,
          'Leave out `key`, or mend what is there.',
        ),
      };
    }
    const found = at(source, document, key);
    return bytes === undefined ? after(found, (value) => decodeValue(source, value)) : found;
  });
}

const after = (step: Step, next: (text: string) => Step): Step => ('text' in step ? next(step.text) : step);

function variable(source: EndSource & { from: 'dotenv' }, document: DocumentNode): Step {
  const found = document.kind === 'map' ? document.entries.get(source.name) : undefined;
  if (found?.kind === 'leaf') return { text: found.text };
  return {
    problem: problem(
      'unset-variable',
      `The file ${source.path} has no variable ${source.name}.`,
      'Add it there, or name another one.',
    ),
  };
}

function at(source: EndSource, document: DocumentNode, path: string): Step {
  const found = textAt(document, path);
  if ('text' in found) return found;
  return {
    problem: problem('missing-value', `${nameOf(source)} ${found.wrong}.`, 'Check the path behind `key`.'),
  };
}

/** A value as text, out of its base64 where the source says so. */
function decodeValue(source: EndSource, value: Uint8Array | string): Step {
  if (source.base64 !== true) return utf8(source, value);
  const bytes = fromBase64(value);
  if (bytes !== undefined) return utf8(source, bytes);
  return {
    problem: problem(
      'not-base64',
      `${valueName(source)} is not base64.`,
      'Leave out `base64: true`, or mend what is there.',
    ),
  };
}

/** The bytes that base64 stands for, with or without its padding, white space left out; `undefined` where it is none. */
function fromBase64(value: Uint8Array | string): Uint8Array | undefined {
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  const padded = text.replace(/\s+/g, '');
  const body = padded.replace(/={1,2}$/, '');
  if (/[^A-Za-z0-9+/]/.test(body) || body.length % 4 === 1) return undefined;
  if (padded.length !== body.length && padded.length % 4 !== 0) return undefined;
  return Buffer.from(body, 'base64');
}

function utf8(source: EndSource, value: Uint8Array | string): Step {
  const text = typeof value === 'string' ? value : textOf(value);
  if (text !== undefined) return { text };
  return {
    problem: problem(
      'not-utf8',
      `${valueName(source)} is not UTF-8 text.`,
      'The systems store text: encode the bytes first, as base64 say.',
    ),
  };
}

/** Bytes as text, a byte order mark and all; `undefined` where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** An empty value is a value, but seldom meant. */
function emptyWarning(source: EndSource): Diagnostic {
  if (source.from === 'env') {
    return {
      severity: 'warning',
      code: 'empty-variable',
      summary: `${valueName(source)} is set, but empty.`,
      next: 'If the value comes from a CI secret, check that this job may read it.',
    };
  }
  return {
    severity: 'warning',
    code: source.from === 'file' ? 'empty-file' : 'empty-value',
    summary: `${valueName(source)} is there, but empty.`,
    next: 'If another step writes it, check that it has run.',
  };
}
