// What every flow of a service needs around its work, said once: an audit for all flows, a lock for one process, a check for
// one step, an alert when something went wrong.
import { CallbackError, createFlows, key } from 'millrace';

interface Deployment {
  readonly service: string;
  readonly frozen: boolean;
  readonly broken: boolean;
}

const lock = key<string>('lock');
const flows = createFlows({ ids: () => 'r-7' });
flows
  .beforeFlow((f) => console.log(`audit: ${f.name} ${f.runId} begins`))
  .afterFlow((f, status) => console.log(`audit: ${f.name} ${f.runId} ${status}`))
  .afterStep((s, outcome) => console.log(`audit: ${s.path} ${outcome.status}`));

const deploy = flows.registerFlow<Deployment>('deploy');
const rollout = deploy.process('rollout');
rollout
  .beforeProcess(
    (p) => {
      if (p.input.frozen) throw new Error('no deployments today');
      p.set(lock, `lock of ${p.input.service}`);
    },
    { must: true },
  )
  .beforeStep(() => Promise.reject(new Error('the metrics server is away'))) // optional: an event, and nothing else
  .afterProcess((p, status) => console.log(`${p.get(lock)} given back, ${status}`))
  .afterProcess((p, status) => console.log(`alert: ${p.name} ${status}`), { exclude: 'succeeded', always: true });

const upload = rollout.customStep((s) => {
  if (s.input.broken) throw new Error('no network');
  return `image under ${s.get(lock)}`;
}, 'upload');
const go = upload.next((s) => `${s.results.upload} is live`, 'switch');
go.beforeStep((s) => console.log(`switching ${s.input.service}`));

// What callbacks throw, `must` or not, is heard here.
const thrown: string[] = [];
const sink = flows.onInternalError(({ path, callback, error }) => void thrown.push(`${callback?.kind} of ${path}: ${error.message}`), { stages: ['callback'] });
for (const input of [
  { service: 'web', frozen: false, broken: false },
  { service: 'web', frozen: false, broken: true },
  { service: 'web', frozen: true, broken: false },
]) {
  const result = await deploy.run(input);
  await sink.idle();
  console.log(result.explain(go));
  const [failure] = result.errors;
  if (failure?.error instanceof CallbackError) console.log(failure.path, failure.error.callback);
  console.log(`${thrown.splice(0).join('\n')}\n`);
}

// Output:
// audit: deploy r-7 begins
// audit: rollout/upload succeeded
// switching web
// audit: rollout/switch succeeded
// lock of web given back, succeeded
// audit: deploy r-7 succeeded
// switch: succeeded
// beforeStep of rollout/upload: the metrics server is away
// beforeStep of rollout/switch: the metrics server is away
//
// audit: deploy r-7 begins
// audit: rollout/upload failed
// lock of web given back, failed
// alert: rollout failed
// audit: deploy r-7 failed
// switch: cancelled ← upload: failed: no network
// beforeStep of rollout/upload: the metrics server is away
//
// audit: deploy r-7 begins
// alert: rollout failed
// audit: deploy r-7 failed
// switch: cancelled ← upload: cancelled ← rollout/@before: failed: callback 1 of beforeProcess at level 'process' failed for 'rollout': no deployments today
// rollout/@before { kind: 'beforeProcess', level: 'process', order: 1, must: true }
// beforeProcess of rollout: no deployments today
