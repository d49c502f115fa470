import { credentialIn } from '../../model/index.js';

/** Longer text may hold anything, and no message needs it. */
const LONGEST = 200;

/** Text that may be a credential whatever its place: what looks like one, several lines, very long text. */
export function looksLikeSecret(text: string): boolean {
  if (text.length > LONGEST || text.includes('\n') || hasPassword(text)) return true;
  return ENDS_IN_AT.test(text) || credentialIn(text) !== undefined;
}

/** A URL whose password holds a `/`, `?` or `#` that is not escaped, so that it is not where a password belongs. */
const ENDS_IN_AT = /:\/\/\S*:\S*@/;

/** What is between the words of names, paths, addresses and URLs. */
const BETWEEN = /[\s/.:@_~${}#=?&,*+<>()[\]-]+/;

/**
 * A word as people write it: in lower case, in capitals, capitalized, or several of these joined; a number; a short mixture such as
 * `s3`, `v2`, `90d`, `e2e`. Tokens and generated passwords are not made of such.
 */
const WORD =
  /^(?:\p{Ll}{1,24}\d{0,2}|\p{Lu}{1,24}\d{0,2}|\p{Lu}?\p{Ll}+(?:\p{Lu}\p{Ll}+){0,4}|\p{Lo}{1,24}|\d{1,5}[a-z]{0,2}|[a-z]{1,3}\d{1,3}[a-z]{0,3})$/u;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text consists of words only, so that it may be shown where such a text belongs. */
export function isWords(text: string): boolean {
  return UUID.test(text) || text.split(BETWEEN).every((word) => word === '' || WORD.test(word));
}

/** Whether a connection string has a password in it: in its authority, its query, or among `key=value` words. */
export function hasPassword(text: string): boolean {
  // The start is enough: no URL is longer, and the time that these tests take grows with the square of the length.
  const start = text.slice(0, 4096);
  return (
    /:\/\/[^/?#\s]*:[^/?#]*@/.test(start) || /(^|[?&;\s])\w*(password|passwd|pwd|accountkey)\s*=/i.test(start)
  );
}
