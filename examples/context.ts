// Keys carry what steps pass on beside their results. Two teams write the same key side by side; what a reader sees never
// depends on which of them was faster.
//
//                ┌→ security (slow) ─┐
//     propose ───┤                   ├──→ deploy
//                └→ operations ──────┘     audit (restricted to security)
import { createFlows, key, type StepContext } from 'millrace';

interface Release {
  readonly version: string;
  readonly region: string;
}

const replicas = key<number>('replicas');
const release = createFlows().registerFlow<Release>('release');
release.beforeFlow((f) => f.set('zone', `${f.get<string>('region')}-1`));

const approvals = release.process('approvals');
approvals.beforeProcess((p) => p.set(replicas, 1));
const propose = approvals.customStep((s) => `${s.get(replicas)} replica in ${s.get<string>('zone')}`, 'propose');
const security = propose.next(async (s) => {
  await Promise.resolve();
  s.set(replicas, 2);
}, 'security');
const operations = propose.next((s) => s.set(replicas, 6), 'operations');

const shown = (s: StepContext<Release>) => [...s.endValues(replicas)].map(([path, count]) => `${path} ${count}`).join(', ');
const deploy = approvals.customStep((s) => `${s.input.version}: ${s.get(replicas)} of [${shown(s)}]`, 'deploy', security, operations);
const audit = approvals.customStep((s) => `${s.get(replicas)} as ${s.dependencies[0]} said`, 'audit', security, operations).restrict(replicas, security);

// A process that is ordered after another one sees what that one left.
const watch = release.process('watch').after(approvals);
const observe = watch.customStep((s) => `${s.getByStep(security, replicas)}, ${s.get(replicas)}`, 'observe');
release.afterFlow((f) => console.log(`the flow sees ${f.get<string>('zone')} and ${f.get(replicas)}`));

const given = { version: '1.4.0', region: 'north' };
const result = await release.run(given);
for (const step of [propose, deploy, audit, observe]) console.log(`${result.path(step)}: ${result.value(step)}`);

// A strict run wants to be told which of the two counts.
const strict = await release.run(given, { strict: true });
console.log(strict.explain(deploy).split('; ').join('\n'));
console.log(`${strict.path(audit)}: ${strict.value(audit)}`);

// Output:
// the flow sees north-1 and undefined
// approvals/propose: 1 replica in north-1
// approvals/deploy: 1.4.0: 6 of [approvals/security 2, approvals/operations 6]
// approvals/audit: 2 as security said
// watch/observe: 2, 6
// the flow sees north-1 and undefined
// approvals/deploy: failed: step 'approvals/deploy' reads key 'replicas', which 'approvals/security' and 'approvals/operations' set side by side
// restrict it to one of them, or read its endValues
// approvals/audit: 2 as security said
