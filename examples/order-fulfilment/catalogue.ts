import { currencies, FileError, readList, type Currency } from './orders.ts';

/** An article of the shop. */
export interface Article {
  readonly sku: string;
  readonly name: string;
  readonly stock: number;
  readonly grams: number;
  /** The price of one, in cents of each currency, without tax. */
  readonly prices: Readonly<Record<Currency, number>>;
}

/** The articles by sku. */
export type Catalogue = ReadonlyMap<string, Article>;

/** Reads the file of articles. */
export async function readCatalogue(file: string): Promise<Catalogue> {
  const articles = (await readList(file)).map((entry, index) => {
    if (!isArticle(entry)) throw new FileError(`entry ${index + 1} of ${file} is not an article: ${JSON.stringify(entry)}`);
    return entry;
  });
  return new Map(articles.map((article) => [article.sku, article]));
}

/** Returns the article of an order line that has been checked. */
export function articleOf(catalogue: Catalogue, sku: string): Article {
  const article = catalogue.get(sku);
  if (article === undefined) throw new Error(`there is no article '${sku}'; check the order first`);
  return article;
}

function isArticle(entry: unknown): entry is Article {
  const { sku, name, stock, grams, prices } = entry as Readonly<Record<string, unknown>>; // readList returns objects
  if (typeof prices !== 'object' || prices === null) return false;
  const isPriced = currencies.every((currency) => isCount((prices as Readonly<Record<string, unknown>>)[currency])); // it is an object
  return typeof sku === 'string' && typeof name === 'string' && isCount(stock) && isCount(grams) && isPriced;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
