/*
 * The library: the verbs of the command line for programs. Each takes options and a context (folder, environment, clock,
 * signal, progress) and gives data back; nothing is printed, and the process is left alone.
 */
export * from './engine/index.js';
export * from './model/index.js';
