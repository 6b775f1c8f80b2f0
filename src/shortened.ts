const longestQuote = 400;
const longestMessage = 16_000;
const longestRetold = 500;
const mostLines = 50;
const keptOfTail = 2_000;

/** A text as messages show it: the first characters of one that is too long, and how long it is. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${headOf(text, most)}… (${text.length} characters)`;
}

/** The first items of a list as messages show it, and how many there are besides. */
export function listed(items: readonly string[], most: number, rest: (count: number) => string): readonly string[] {
  return items.length <= most ? items : [...items.slice(0, most), rest(items.length - most)];
}

/** What somebody else says, as messages show it. */
export function retold(text: string): string {
  return shortened(text, longestRetold);
}

/** Lines as messages list them, each after a line break and a dash. */
export function bulleted(lines: readonly string[], indent = '  '): string {
  return listed(lines, mostLines, (count) => `and ${count} more`).map((line) => `\n${indent}- ${line}`).join('');
}

/** A message in which nothing that was given, a name, an id, a text, is too long to be read. What to do stands at its end, and stays. */
export function readable(message: string): string {
  if (message.length <= longestQuote) return message;
  const text = message.replaceAll(/(['"])(?:(?!\1)[^\n])+\1/gu, (quoted, mark: string) => (quoted.length <= longestQuote + 2 ? quoted : `${mark}${shortened(quoted.slice(1, -1), longestQuote / 2)}${mark}`));
  if (text.length <= longestMessage) return text;
  const head = headOf(text, longestMessage - keptOfTail - 50); // room for the number
  return `${head} … (${text.length - head.length - keptOfTail} characters) … ${text.slice(-keptOfTail)}`;
}

/** The first characters, without half of one that takes two. */
function headOf(text: string, most: number): string {
  const head = text.slice(0, most);
  return /[\uD800-\uDBFF]$/u.test(head) ? head.slice(0, -1) : head;
}
