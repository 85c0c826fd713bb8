/** The library: what other programs may build on. */
export { EXIT, WrapperError } from './errors/wrapper-error.ts';
export type { OperationEvent, OperationResult, OutputEvent } from './tracking/events.ts';
