import { isUtf8 } from 'node:buffer';
import type { Diagnostic } from '../../model/index.js';
import type { SourceFile } from './source-file.js';

/** A text, or why the bytes are not text. */
export type Decoded = { readonly text: string } | { readonly problem: Diagnostic };

/** A problem at an offset in bytes: no excerpt, since the text there cannot be read. */
function problemAtByte(
  file: SourceFile,
  offset: number,
  words: Pick<Diagnostic, 'code' | 'summary' | 'next'>,
): Decoded {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at += 1) {
    if (file.bytes[at] === 0x0a) [line, lineStart] = [line + 1, at + 1];
  }
  const column = new TextDecoder().decode(file.bytes.subarray(lineStart, offset)).length + 1;
  const range = { file: file.path, line, column, endLine: line, endColumn: column + 1 };
  return { problem: { severity: 'error', ...words, range } };
}

/** The text of the first bytes without what may still become a character; `undefined` where they are wrong already. */
function decodedPrefix(bytes: Uint8Array, length: number): string | undefined {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes.subarray(0, length), { stream: true });
  } catch {
    return undefined;
  }
}

/** The offset at which the first sequence of bytes that is not UTF-8 starts, found by halving. */
function firstBadByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (decodedPrefix(bytes, middle) === undefined) high = middle - 1;
    else low = middle;
  }
  return Buffer.byteLength(decodedPrefix(bytes, low) ?? '');
}

/** Whether the bytes are UTF-16: they say so at their start, or every second one of the first is NUL. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  return (
    bytes.length >= 4 &&
    ((a === 0 && c === 0 && b !== 0 && d !== 0) || (b === 0 && d === 0 && a !== 0 && c !== 0))
  );
}

/** Characters that no YAML text may hold (YAML 1.2, 5.1): control characters other than tab and line ends. */
const FORBIDDEN = new RegExp(
  '[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u0084\\u0086-\\u009f\\ufffe\\uffff]',
);

/** From the bytes of a file to its text: UTF-8, with or without a byte order mark, without control characters. */
export function decode(file: SourceFile): Decoded {
  const { bytes, path } = file;
  if (looksLikeUtf16(bytes)) {
    return problemAtByte(file, 0, {
      code: 'not-utf8',
      summary: `${path} is UTF-16, not UTF-8.`,
      next: 'Save it as UTF-8.',
    });
  }
  if (!isUtf8(bytes)) {
    const offset = firstBadByte(bytes);
    return problemAtByte(file, offset, {
      code: 'not-utf8',
      summary: `${path} is not UTF-8: the byte at offset ${offset} is not part of a character.`,
      next: 'Save it as UTF-8. A binary value goes into a file of its own: { file: PATH, base64: true }.',
    });
  }
  const text = new TextDecoder('utf-8').decode(bytes);
  const bad = FORBIDDEN.exec(text);
  if (bad !== null) {
    const code = bad[0].charCodeAt(0);
    const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const offset = bom + Buffer.byteLength(text.slice(0, bad.index));
    const name =
      code === 0
        ? 'a NUL byte'
        : `the control character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    return problemAtByte(file, offset, {
      code: 'control-character',
      summary: `${path} contains ${name} at byte offset ${offset}: it is not YAML.`,
      next: 'Check that it is the right file, and remove the character.',
    });
  }
  return { text };
}
