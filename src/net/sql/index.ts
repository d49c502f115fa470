export * from './client.js';
export * from './connection.js';
export * from './errors.js';
export * from './pinned.js';
export * from './settings.js';
export { isConflict, sqlStateWords } from './sql-states.js';
