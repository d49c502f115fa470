/*
 * Loaded into the command before anything else (NODE_OPTIONS=--import=…): a defect made on purpose, which tells a value where
 * the writer does not come by.
 *
 * PLANT_VALUE     the value, as base64
 * PLANT_ENCODING  plain | json | url | base64 | hex | sql: how it is written
 * PLANT_PLACE     stdout | stderr | arguments | a path: where
 */
import { spawn } from 'node:child_process';
import { writeFileSync, writeSync } from 'node:fs';

const { PLANT_VALUE = '', PLANT_ENCODING = '', PLANT_PLACE = '' } = process.env;
// What the command starts, and this preload itself, are no part of it.
delete process.env.NODE_OPTIONS;
delete process.env.PLANT_VALUE;
const value = Buffer.from(PLANT_VALUE, 'base64').toString('utf8');
const written = {
  plain: () => value,
  json: () => JSON.stringify({ text: JSON.stringify({ value }) }),
  url: () => `?x=${encodeURIComponent(value)}`,
  base64: () => Buffer.from(`u:${value}`).toString('base64'),
  hex: () => Buffer.from(value).toString('hex'),
  sql: () => `'${value.replaceAll("'", "''")}'`,
}[PLANT_ENCODING]();

const streams = { stdout: 1, stderr: 2 };
if (PLANT_PLACE in streams) writeSync(streams[PLANT_PLACE], `${written}\n`);
else if (PLANT_PLACE === 'arguments') spawn('sh', ['-c', 'sleep 0.5', written], { stdio: 'ignore' });
else writeFileSync(PLANT_PLACE, written);
