/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Orchestrates steps in code: you say when each step runs, and it runs the moment it can.
 *
 * @module
 */
export { type Clock, LONGEST_TIMER_MS, systemClock } from './clock.ts';
export type { Applied, AppliedSignal, ApplyArguments, ApplyOptions, ApplyOptionsWithInput, PossibleNext } from './define/apply.ts';
export type { FlowSnapshot } from './define/flow-snapshot.ts';
export type { Attachment } from './define/attachment.ts';
export type { Comparable, ConditionContext, Equality, Ordered, SkipOptions } from './define/condition.ts';
export type {
  Answer,
  BodyResult,
  Callable,
  ForEachOptions,
  LoopOptions,
  RetryHandler,
  SignalOptions,
  ValueOfBody,
  WaitOptions,
} from './define/composites.ts';
export { anyOf, failed, optional, settled } from './define/derived.ts';
export type {
  AfterCallback,
  AfterCallbackOptions,
  Callback,
  CallbackOptions,
  CallbackResult,
  FlowCallbacks,
  FlowContext,
  ProcessCallbacks,
  ProcessContext,
  StepCallbacks,
  WorkedOutcome,
  WorkedStatus,
} from './define/callbacks.ts';
export type { Durability } from './define/durability.ts';
export type { Duration } from './define/duration.ts';
export type {
  EventBase,
  InternalError,
  InternalErrorStage,
  ProcessEnded,
  ResourceAction,
  RunEnded,
  RunEvent,
  RunEventName,
  RunEventOf,
  RunPaused,
  RunResumed,
  RunStarted,
  RunStopping,
  StepEnded,
  StepEventBase,
  StepRetrying,
  StepStarted,
} from './define/events.ts';
export type { ExplainedSetting, SettingLevel, StepExplanation } from './define/explanation.ts';
export type { InternalErrorHandler, InternalErrorOptions, InternalErrorSink } from './define/internal-errors.ts';
export type { Flow, FlowOptions, Process, StartArguments } from './define/flow.ts';
export type { Flows, FlowsOptions } from './define/flows.ts';
export type { FlowGraph, GraphDependency, GraphDocument, GraphProcess, GraphRow, GraphScope, StepKind } from './define/graph.ts';
export { type Key, key } from './define/key.ts';
export type { FlowTypeError, LiteralName } from './define/names.ts';
export type { Cause, LiveOutcome, Outcome, OutcomeStatus, ProcessOutcome, RunOutcome, SkipReason } from './define/outcome.ts';
export type { Merged, NameOf } from './define/merged.ts';
export type { FlowRecord, ProcessRecord, RecordHooks, Records, StepRecord } from './define/records.ts';
export type { HandlesOf, NamedHandlesOf, StepGroup } from './define/groups.ts';
export type { HandleOf, StepFunction, StepHandle, StepLike, StepToken } from './define/handles.ts';
export type { AnyStepFunction, Member, NamedRef, Ref, ScopeRef, TypedRef, ValueOf } from './define/refs.ts';
export type { Retry, RetryOptions, RetryPolicy } from './define/retry-policy.ts';
export { type BareResourceOptions, defineResource, type Resource, type ResourceOptions } from './define/resource.ts';
export type { InitArguments, ResourceContext } from './define/resource-context.ts';
export type {
  FlowResult,
  ProcessResult,
  EagerSchedule,
  Run,
  RunBasics,
  RunControl,
  RunOptions,
  RunStatus,
  SendOptions,
  StepFailure,
  StopOptions,
  TierSchedule,
  TimelineEntry,
  UnreadSignal,
} from './define/run.ts';
export type { EachScope, Items, Scope } from './define/scope.ts';
export type { StepContext } from './define/step-context.ts';
export type { DerivedTiming, MembersOf, ResultsOf, SyncPoint, Timing, Weak } from './define/timing.ts';
export { step } from './define/token.ts';
export type { Codec } from './durable/codec.ts';
export { DecodeError, EncodeError } from './durable/codec-errors.ts';
export { CrashedError } from './durable/crashed-error.ts';
export type { DurableFlows, DurableOptions } from './durable/durable-flows.ts';
export { encrypt, type EncryptOptions } from './durable/encrypt.ts';
export type { BreakPoint, Encoded, EncodedWrite, FailureKind, Path, RecordedOptions, SuspendedResource } from './durable/entry.ts';
export type { FitProblem, FitReport } from './durable/fit-report.ts';
export { IncompatibleDefinitionError } from './durable/incompatible.ts';
export { CorruptJournalError, UnknownFormatError } from './durable/journal-errors.ts';
export { jsonCodec, type JsonCodecOptions } from './durable/json-codec.ts';
export { type DefinitionChange, type Migrate, MigrationError } from './durable/migrate.ts';
export { RecordedError } from './durable/recorded-error.ts';
export { redacted } from './durable/redacted.ts';
export { type Class, type ClassOptions, type Conversion, type RegisteredClass, registeredClass } from './durable/registered-class.ts';
export { HandedBackError, LostOwnershipError, RunExistsError } from './durable/run-errors.ts';
export type { EndRecord, LatchRecord, PathRecord, PathState, Snapshot, WorkRecord } from './durable/snapshot.ts';
export { StoreError } from './durable/store-error.ts';
export type { Append, ClaimRequest, Message, NewRun, PostedMessage, RunCreation, RunHead, RunPage, RunQuery, Store, StoredRow, StoredRun, StoredSnapshot, StoredStatus } from './durable/store.ts';
export type { DrainOptions, SubmitArguments, SubmitOptions, Worker, WorkerOptions, WorkerStatus } from './durable/worker-options.ts';
export {
  AmbiguousKeyError,
  AmbiguousStepError,
  CallbackError,
  type CallbackPlace,
  type DefinitionIssue,
  type ErrorCode,
  FlowDefinitionError,
  FlowError,
  InputError,
  type InputIssue,
  InvalidOptionError,
  LoopLimitError,
  MissingResultError,
  NonErrorThrown,
  NonRetriableError,
  NotVisibleError,
  ResourceError,
  RetryAfterError,
  SignalError,
  StalledError,
  StoppedError,
  TimeoutError,
  UnknownSignalError,
  UnknownStepError,
} from './errors.ts';
export { createFlows, flow } from './flows.ts';
export { type Logger, silentLogger } from './logger.ts';
export { RunError } from './run/run-error.ts';
export { memoryStore } from './stores/memory.ts';
