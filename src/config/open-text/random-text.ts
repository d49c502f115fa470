import { entropyOf, isOfWords, readableBase64 } from '../../model/index.js';
import { isWords } from '../excerpt/secret-text.js';

/** What looks like noise and names something: ARNs, digests with their algorithm, host names. */
const NAMES = [
  /\barn:[\w-]{1,20}:\S*/g,
  /\b(?:sha-?\d{1,3}|md5)[-:][A-Za-z0-9+/_-]+=*/gi,
  /(?<![\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?![\w.-])/g,
];

/** What may be between parts of a name, a path or a URL. */
const BETWEEN = /[^A-Za-z0-9]+/;

const SHORTEST = 20;

/** Digests in hexadecimal, by their lengths, access key ids, and ULIDs. */
const IDENTIFIERS = [
  /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i,
  /^[A-Z0-9]{16,24}$/,
  /^GOOG[A-Z0-9]{10,60}$/,
  /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
];

/**
 * Whether a text has a part that looks generated, as keys and passwords are: long, of letters and digits that change all the time, and
 * not the name of something (a UUID, an ARN, a digest, an access key id, a path, a host). Takes linear time.
 */
export function looksGenerated(text: string): boolean {
  if (text.length < SHORTEST || isWords(text)) return false;
  const rest = NAMES.reduce((left, pattern) => left.replace(pattern, ' '), text);
  return rest.split(BETWEEN).some(isGenerated) && readableBase64(text) === undefined;
}

function isGenerated(part: string): boolean {
  if (part.length < SHORTEST || IDENTIFIERS.some((pattern) => pattern.test(part)) || isWords(part))
    return false;
  if (/[a-z]/.test(part) && /[A-Z]/.test(part) && isOfWords(part)) return false;
  return changesOf(part) >= 0.25 * (part.length - 1) && entropyOf(part) >= 3.4;
}

/** How often small letters, capitals and digits take turns. */
function changesOf(part: string): number {
  return (
    part
      .replace(/[a-z]+/g, 'a')
      .replace(/[A-Z]+/g, 'A')
      .replace(/\d+/g, '0').length - 1
  );
}
