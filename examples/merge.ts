// An approval that is defined once. Two flows take it over, and each completes it in its own way.
//
//     library: request ──→ review ──→ grant ──→ (always) record
import { createFlows, FlowDefinitionError, key, type StepContext } from 'millrace';

interface Request {
  readonly amount: number;
}

const flows = createFlows();
const approver = key<string>('approver');
const approval = flows.registerFlow<Request>('library').process('approval');
const request = approval.customStep((s) => `request for ${s.input.amount}`, 'request');
const review = approval.customStep((s: StepContext<Request>) => s.set(approver, 'team lead'), 'review', request).gte('amount', 100);
approval.customStep((s) => `granted by ${s.get(approver) ?? 'nobody'}`, 'grant', review);
approval.always((s) => `${s.flow} recorded`, 'record');

// Travel: as it is, with a step of its own between.
const travel = flows.registerFlow<Request>('travel');
const trip = travel.process('trip');
const taken = trip.merge(approval);
const budget = trip.customStep(() => 'within budget', 'budget', taken.step(request));
taken.step(review).after(budget);

// Purchase: another function for the review, and a condition besides that of the library.
const purchase = flows.registerFlow<Request & { readonly urgent: boolean }>('purchase');
const buy = purchase.process('buy');
buy.customStep((s) => s.set(approver, 'purchasing'), 'review').eq('urgent', false);
buy.merge(approval);
buy.customStep((s) => `order after ${s.outcome('grant').status}`, 'order', 'grant');

console.log(travel.graph().toTable());
console.log((await travel.run({ amount: 250 })).value('grant'));
console.log((await travel.run({ amount: 20 })).explain('review'));
const bought = await purchase.run({ amount: 250, urgent: false });
console.log(bought.value('grant'), '-', bought.value('order'), '-', bought.value('record'));
console.log((await purchase.run({ amount: 250, urgent: true })).explain('review'));
// The source is as it was.
console.log((await flows.run('library', { amount: 250 })).value('grant'));

// What does not fit together is found before anything runs.
const loop = flows.registerFlow<Request>('loop');
const odd = loop.process('odd');
odd.merge(approval).step('request').after('grant');
try {
  loop.compile();
} catch (error) {
  if (error instanceof FlowDefinitionError) console.log(error.message);
}

// Output:
// | Tier | Step    | Description | Dependencies    |
// | ---- | ------- | ----------- | --------------- |
// | 0    | request |             |                 |
// | 1    | budget  |             | request         |
// | 2    | review  |             | request, budget |
// | 3    | grant   |             | review          |
// | 4    | record  |             | all others      |
// granted by team lead
// review: skipped by its condition
// granted by purchasing - order after succeeded - purchase recorded
// review: skipped by its condition
// granted by team lead
// flow 'loop' has a problem:
//   - steps wait for one another: request → review → grant → request; take one of these timings away
