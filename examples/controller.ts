// Continuous deployment of a hundred applications by one controller: the process that go-stepflow was made for. The controller keeps nothing in
// memory but what is due: it loads a snapshot, applies the flow to it, and saves what comes back. Here the table is a map of texts and the time is
// virtual, so that the hours that deployments take pass at once.
import { createFlows, type FlowSnapshot } from 'millrace';
import { virtualClock } from 'millrace/testing';

const clock = virtualClock();

/** The machines, the repository and the agent that brings changes to them: all of them take their time. */
class Platform {
  readonly versions = new Map<string, string>();
  readonly requests: string[] = [];
  readonly broken = new Set<string>();

  /** Begins to look at an application, and returns when that is done. */
  collect(): number {
    return clock.now() + 20_000;
  }

  request(app: string, version: string): { readonly mergedAt: number; readonly liveAt: number } {
    this.requests.push(app);
    const mergedAt = clock.now() + (this.requests.length % 7) * 60_000;
    const liveAt = mergedAt + 90_000;
    this.versions.set(app, version);
    return { mergedAt, liveAt };
  }
}

const platform = new Platform();

interface Deployment {
  readonly app: string;
  readonly version: string;
}

const deploy = createFlows({ clock }).registerFlow<Deployment>('deploy/v1');
deploy.steps((s) => {
  const before = s.customStep(() => platform.collect(), 'getPreActualState');
  s.waitFor((c) => clock.now() >= c.result(before), 'preActualState', { every: '10s' });
  s.case(
    ({ input }) => platform.versions.get(input.app) !== input.version,
    'shouldDeploy',
    (change) => {
      const request = change.customStep(({ input }) => platform.request(input.app, input.version), 'createDeployRequest');
      change.waitFor((c) => clock.now() >= c.result(request).mergedAt, 'acceptedDeployRequest', { every: '1m', timeout: '1d' });
      change.waitFor((c) => clock.now() >= c.result(request).liveAt, 'monitorDeploymentProgress', { every: '30s' });
      const after = change.customStep(() => platform.collect(), 'getPostActualState');
      change.waitFor((c) => clock.now() >= c.result(after), 'postActualState', { every: '10s' });
      return change.customStep(({ input }) => {
        if (platform.broken.has(input.app)) throw new Error(`${input.app} does not answer`);
        return platform.versions.get(input.app);
      }, 'validatePostDeployActualState');
    },
  );
});

/** A row of the controller's table. */
interface Row {
  readonly deployment: Deployment;
  snapshot: string;
  status: string;
  /** When the controller comes back to it; `undefined`: not by itself. */
  dueAt: number | undefined;
}

const table: Row[] = Array.from({ length: 100 }, (_, index) => {
  const app = `app-${index}`;
  if (index % 10 === 0) platform.versions.set(app, '2.0'); // there is nothing to do for these
  return { deployment: { app, version: '2.0' }, snapshot: 'null', status: 'new', dueAt: 0 };
});
platform.broken.add('app-7');

async function reconcile(row: Row): Promise<void> {
  const { snapshot, status, wakeAt } = await deploy.apply(JSON.parse(row.snapshot) as FlowSnapshot | null, { input: row.deployment, budget: 'ready' });
  row.snapshot = JSON.stringify(snapshot); // nothing is lost if this fails: what was called is called again
  row.status = status;
  row.dueAt = status === 'running' ? clock.now() : wakeAt;
}

/** Works until nothing is due any more. */
async function control(): Promise<void> {
  for (;;) {
    const times = table.flatMap(({ dueAt }) => dueAt ?? []);
    if (times.length === 0) return;
    await clock.advanceTo(Math.max(clock.now(), Math.min(...times)));
    for (const row of table) if (row.dueAt !== undefined && row.dueAt <= clock.now()) await reconcile(row);
  }
}

function report(): void {
  const counts = new Map<string, number>();
  for (const { status } of table) counts.set(status, (counts.get(status) ?? 0) + 1);
  console.log(`after ${Math.round(clock.now() / 60_000)} minutes:`, [...counts].map(([status, count]) => `${count} ${status}`).join(', '));
}

function cursorOf({ deployment, snapshot }: Row): string {
  return `${deployment.app} stands at ${deploy.cursor(JSON.parse(snapshot) as FlowSnapshot).join()}`;
}

const [first, seventh] = [1, 7].map((index) => table[index]) as [Row, Row]; // there are a hundred
for (const row of table) await reconcile(row);
console.log(cursorOf(first));
await control();
report();

console.log(cursorOf(seventh));
platform.broken.delete('app-7'); // somebody has mended it
await reconcile(seventh);
report();
console.log(`${platform.requests.length} pull requests, ${new Set(platform.requests).size} applications`);
// Output:
// app-1 stands at completed:deploy/v1/getPreActualState
// after 8 minutes: 99 succeeded, 1 failed
// app-7 stands at completed:deploy/v1/shouldDeployCase/steps/postActualStateWaitFor
// after 8 minutes: 100 succeeded
// 90 pull requests, 90 applications
