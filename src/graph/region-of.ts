import { hint } from '../define/nearest.ts';
import { shown } from '../define/shown.ts';
import { FlowError } from '../errors.ts';

/** What has regions: a template, or what is known of one. */
interface Divided {
  readonly flow: string;
  readonly regions: readonly { readonly name: string }[];
}

/** Returns the region of a process by its name. */
export function regionOf({ regions, flow }: Divided, name: unknown): number {
  const normal = typeof name === 'string' ? name.normalize('NFC') : name;
  const region = regions.findIndex((candidate, index) => index > 0 && candidate.name === normal);
  if (region !== -1) return region;
  const known = regions.slice(1).map((candidate) => candidate.name);
  const todo = hint(typeof name === 'string' ? name : '', known, 'give the name of one of its processes');
  throw new FlowError('unknown-process', `flow '${flow}' has no process ${shown(name)}${todo}`);
}
