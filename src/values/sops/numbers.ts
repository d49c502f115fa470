/** Whether a text is a whole number of 64 bits, as its digits are written shortest. */
export function isInt64(text: string): boolean {
  return /^-?[0-9]{1,19}$/.test(text) && String(BigInt.asIntN(64, BigInt(text))) === text;
}

/** The shortest decimal of a number, never with an exponent: what Go's `FormatFloat(x, 'f', -1, 64)` gives. */
export function decimal(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return Object.is(value, -0) ? '-0' : mantissa;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}
