export { settle } from './settle.ts';
export { virtualClock, type VirtualClock } from './virtual-clock.ts';
export { handStep, type HandStep } from './hand-step.ts';
export type { HandCall, SucceedArguments } from './hand-call.ts';
export { HandStepError } from './hand-step-error.ts';
export { orderMatchers, type MatcherAnswer, type OrderMatchers } from './matchers.ts';
export type { OrderAssertions } from './vitest.ts';
export { drawTimeline } from './timeline.ts';
export { storeConformance, type ConformanceExceptions, type StoreUnderTest, type TestRunner } from './store-conformance.ts';
