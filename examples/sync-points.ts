// A group is a moment that others can wait for: `follow` and `parallel` return it as a sync point.
//
//     fetch ──┬→ lint ───────────┐
//             ├→ compile → link ─┼→ publish
//             └→ document ───────┘
import { createFlows, type StepContext } from 'millrace';

const release = createFlows().registerFlow<{ version: string }>('release');
const build = release.process('build');

const fetch = (s: StepContext<{ version: string }>) => `sources of ${s.input.version}`;
const lint = () => 'no complaints';
const compile = () => ['a.o', 'b.o'];
const link = (s: StepContext) => `app (${s.result(compile).join(' + ')})`;
const document = () => 12;

const sources = build.customStep(fetch, 'fetch');
const checks = build.parallel(lint, document).after(sources);
const binary = build.follow(compile, link).after(sources);
const publish = build.customStep((s) => `${s.result(link)}, ${s.result(document)} pages, ${s.result(lint)}`, 'publish', checks, binary);

const result = await release.run({ version: '1.2.0' });
console.log(result.value(publish));
console.log(result.timeline.map(({ path }) => path).join(' '));

// `syncAll` waits for whatever nobody waits for at that moment: here the two ends of the last group.
const clean = createFlows().registerFlow('clean-up');
const rooms = clean.process('rooms');
rooms.parallel({ kitchen: () => 1, cellar: () => 2 });
const done = rooms.syncAll(() => 'all rooms are clean', 'done');
console.log((await clean.run()).value(done));

// Output:
// app (a.o + b.o), 12 pages, no complaints
// build/fetch build/lint build/document build/compile build/link build/publish
// all rooms are clean
