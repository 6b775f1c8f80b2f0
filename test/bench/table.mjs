import { markdownTable } from 'markdown-table';
import { bounds } from './bounds.mjs';
import { own, peers } from './contestants.mjs';

export function number(value) {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(value >= 10 ? 3 : 2);
}

/** Who of the peers that finish is not slower than millrace. */
function againstPeers(row) {
  const mine = row.cells.millrace?.ratio;
  const finished = Object.entries(row.cells).filter(([name, cell]) => peers.includes(name) && cell.ratio !== undefined);
  if (mine === undefined || finished.length === 0) return [];
  const faster = finished.filter(([, cell]) => cell.ratio <= mine).map(([name]) => name);
  return [faster.length === 0 ? `ahead of all ${finished.length} peers that finish` : `behind ${faster.join(', ')}`];
}

function verdict(mode, row) {
  const mine = own.filter((name) => row.cells[name] !== undefined);
  const words = mine.flatMap((name) => {
    const { ratio } = row.cells[name];
    const bound = name === 'equipped' && row.key !== 'layered' ? undefined : bounds[name][mode];
    if (ratio === undefined) return [`${name}: no figure`];
    return bound === undefined ? [] : [`${name} ${ratio <= bound ? 'pass' : 'over'} (≤ ${bound})`];
  });
  return [...words, ...againstPeers(row)].join('; ');
}

/**
 * Rows are shapes, columns the floor in nanoseconds per step and every contestant as a ratio to it.
 *
 * @returns {string} the table, and below it why a field has no figure
 */
export function runTable(mode, contestants, rows) {
  const notes = [];
  const others = contestants.filter((name) => name !== 'floor');
  const field = (name, shape, cell) => {
    if (cell === undefined) return '';
    if (cell.ratio !== undefined) return number(cell.ratio);
    notes.push(`${name}, ${shape}: ${cell.wrong ?? cell.failed}`);
    return '–';
  };
  const body = rows.map((row) => [row.shape, row.floorNs === undefined ? '–' : number(row.floorNs), ...others.map((name) => field(name, row.shape, row.cells[name])), verdict(mode, row)]);
  const table = markdownTable([[`${mode} bodies`, 'floor ns/step', ...others, 'verdict'], ...body], {
    align: ['l', ...body[0].slice(1, -1).map(() => 'r'), 'l'],
    stringLength: (text) => [...text].length,
  });
  return [table, ...notes.map((note) => `  – ${note}`)].join('\n');
}

export function compileTable(rows) {
  const body = rows.map((row) => [
    `${row.kind} ${row.steps}`,
    ...[row.graphlibUs, row.compileUs, row.wholeUs, row.compileRatio, row.wholeRatio].map(number),
  ]);
  return markdownTable([['compile', 'graphlib µs/step', 'compile µs/step', 'define + compile µs/step', 'compile ×', 'define + compile ×'], ...body], {
    align: ['l', 'r', 'r', 'r', 'r', 'r'],
    stringLength: (text) => [...text].length,
  });
}
