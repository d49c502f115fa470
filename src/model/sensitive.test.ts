import { format, inspect } from 'node:util';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { SENSITIVE_TEXT, Sensitive } from './sensitive.js';

const CANARY = 'canary-7f3a91';
const value = new Sensitive(CANARY);
/** The same, where the compiler thinks that it is an ordinary object, or text. */
const asObject = value as object;
const asText = value as unknown as string;

/** Everything that a console prints, on both channels. */
function printed(print: (console: Console) => void): string {
  const chunks: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _, done): void {
      chunks.push(chunk.toString());
      done();
    },
  });
  print(new Console({ stdout: sink, stderr: sink }));
  return chunks.join('');
}

describe('a sensitive value', () => {
  const ways: Readonly<Record<string, () => string>> = {
    'String()': () => String(value),
    'a template': () => `text: ${asText}`,
    '+ text': () => 'x' + (value as unknown as string),
    'Array.join': () => [value, value].join(),
    'JSON.stringify': () => JSON.stringify({ value, list: [value] }),
    'JSON.stringify with indentation': () => JSON.stringify(value, null, 2),
    inspect: () => inspect(value),
    'inspect, deep': () => inspect({ a: { b: { c: { d: value } } } }, { depth: null, showHidden: true }),
    'inspect without custom functions': () =>
      inspect(value, { customInspect: false, showHidden: true, getters: true }),
    'inspect of a map': () => inspect(new Map([[value, value]]), { showHidden: true }),
    'format %s %o %O %j %d': () =>
      format('%s %o %O %j %d %i %f', value, value, value, value, value, value, value),
    'Object.entries': () => JSON.stringify([Object.entries(value), Object.keys(value)]),
    'own names and symbols': () => JSON.stringify(Reflect.ownKeys(value).map(String)),
    'for in': () => {
      const names: string[] = [];
      for (const name in value) names.push(name);
      return names.join();
    },
    spread: () => inspect({ ...asObject }, { showHidden: true }),
    'Object.assign': () => inspect(Object.assign({}, value), { showHidden: true }),
    structuredClone: () => inspect(structuredClone(value), { showHidden: true, customInspect: false }),
    'v8.serialize': () => serialize({ value: { ...asObject } }).toString('latin1'),
    'an error with it as cause': () => inspect(new Error('failed', { cause: value }), { showHidden: true }),
    'an error with it as message': () => String(new Error(value as unknown as string)),
    'an aggregate error': () => inspect(new AggregateError([value], 'several'), { depth: null }),
    'a property name': () => Object.keys({ [value as unknown as string]: 1 }).join(),
    'Object.prototype.toString': () => Object.prototype.toString.call(value),
    'the descriptors of its class': () =>
      inspect(Object.getOwnPropertyDescriptors(Sensitive.prototype), { showHidden: true }),
    'console.log, dir, table, error': () =>
      printed((console) => {
        console.log(value, { value });
        console.log('%s %o', value, value);
        console.dir({ value }, { showHidden: true, depth: null });
        console.table([{ value }]);
        console.error(value);
        console.group(value);
        console.assert(false, asText);
      }),
  };
  it.each(Object.entries(ways))('shows nothing through %s', (_, way) => {
    expect(way()).not.toContain(CANARY);
  });

  it('says that it is sensitive where people look', () => {
    expect(`${value as unknown as string} ${inspect(value)}`).toBe(`${SENSITIVE_TEXT} ${SENSITIVE_TEXT}`);
    expect(JSON.parse(JSON.stringify({ value }))).toEqual({ value: SENSITIVE_TEXT });
  });

  it('cannot be changed or extended', () => {
    expect(Object.isFrozen(value)).toBe(true);
    expect(() => Object.assign(value, { toJSON: () => 'x' })).toThrow(TypeError);
  });

  it('compares, and knows its size in bytes', () => {
    expect(value.equals(new Sensitive(CANARY))).toBe(true);
    expect(value.equals(new Sensitive(`${CANARY} `))).toBe(false);
    expect(new Sensitive('').isEmpty).toBe(true);
    expect(value.isEmpty).toBe(false);
    expect(new Sensitive('é€😀').byteLength).toBe(9);
  });
});
