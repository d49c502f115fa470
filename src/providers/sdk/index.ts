export * from './contract.js';
export * from './errors.js';
export * from './http-clock.js';
export * from './http-error.js';
export * from './http.js';
