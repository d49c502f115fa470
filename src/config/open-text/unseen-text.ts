/** Pictures are joined and coloured by characters that nobody sees, and other scripts need joiners between letters. */
const MEANT = /\p{Extended_Pictographic}[\u200d\ufe0f]*|(?<=[^\p{ASCII}\s])[\u200c\u200d]/gu;

const ODD = /[^\P{Cc}\n\r\t]|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}|(?! )\p{Zs}/u;

/**
 * What is in a text that nobody sees and that is seldom meant, as a clause: white space at its ends, a no-break space, a mark of zero
 * width or of direction. `undefined` where there is nothing of the kind. Takes linear time.
 */
export function unseenIn(text: string): string | undefined {
  if (/^\s|\s$/.test(text)) return text.endsWith('\n') ? 'ends in a newline' : 'has white space at its ends';
  const found = ODD.exec(text.replace(MEANT, ''))?.[0];
  if (found === undefined) return undefined;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `has a character that nobody sees (U+${code})`;
}
