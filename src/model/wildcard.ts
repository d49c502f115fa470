/**
 * Makes a test for names that match a pattern: `*` matches any text, everything else itself; with `single`, `?` matches one
 * character. Takes at most pattern times name steps: a regular expression made of many `*` may take far more.
 * @param options.single whether `?` is special
 */
export function wildcard(
  pattern: string,
  options: { readonly single?: boolean } = {},
): (name: string) => boolean {
  if (!/[*?]/.test(pattern)) return (name) => name === pattern;
  const isSingle = (character: string | undefined): boolean => options.single === true && character === '?';
  return (name) => {
    let at = 0;
    let star = -1;
    let retry = 0;
    let index = 0;
    while (index < name.length) {
      const character = pattern[at];
      if (character === '*') {
        star = at;
        retry = index;
        at += 1;
      } else if (isSingle(character) || character === name[index]) {
        at += 1;
        index += 1;
      } else if (star !== -1) {
        // The last star matches one more character.
        retry += 1;
        index = retry;
        at = star + 1;
      } else return false;
    }
    return /^\**$/.test(pattern.slice(at));
  };
}
