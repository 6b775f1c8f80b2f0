// Shares a file with other processes: opens it, appends to one run in competition with them, claims runs until none is left,
// and posts messages that the other processes post, too.
// Prints what it got as JSON.
import { sqliteStore } from '../../../src/stores/sqlite.ts';

const [file = '', owner = '', rows = '0'] = process.argv.slice(2);
await using store = sqliteStore(file);

const isFirst = await store.create({ runId: 'shared', flow: 'shared', fingerprint: 'f', owner, leaseUntil: 10 ** 15, row: { seq: 1, at: 1, text: '[]' } });
const appended: number[] = [];
for (let seq = 2; appended.length < Number(rows); seq += 1) {
  const [isKept] = await store.append([{ runId: 'shared', row: { seq, at: seq, text: JSON.stringify([owner]) } }]);
  if (isKept === true) appended.push(seq);
}

const claimed: string[] = [];
for (let isMore = true; isMore; ) {
  const runs = await store.claim({ owner, now: 10, leaseUntil: 10 ** 15, limit: 7, flows: ['idle'], text: (epoch) => JSON.stringify([owner, epoch]) });
  claimed.push(...runs.map(({ head }) => head.runId));
  isMore = runs.length > 0;
}

const posted: string[] = [];
for (let nth = 0; nth < 100; nth += 1) {
  const id = `m${nth}`;
  if ((await store.post('addressed', { id, at: nth, text: JSON.stringify([owner]) })) === 'posted') posted.push(id);
}

console.log(JSON.stringify({ isFirst, appended, claimed, posted }));
