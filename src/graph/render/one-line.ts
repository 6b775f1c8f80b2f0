/** Puts a text into one line: every kind of line break becomes a space. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\v\f\u0085\u2028\u2029]+/gu, ' ');
}
