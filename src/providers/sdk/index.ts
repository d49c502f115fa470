export * from './contract.js';
export type * from './language.js';
export * from '../../net/unreachable.js';
export * from '../../net/clock.js';
export * from '../../net/http-error.js';
export * from '../../net/http.js';
export type { HttpAnswer } from '../../net/http-body.js';
export type { AnswerHead } from '../../net/http-list.js';
