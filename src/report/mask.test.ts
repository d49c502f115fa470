import { describe, expect, it } from 'vitest';
import * as full from '../../test/report/samples.js';
import { rendered } from '../../test/report/rendered.js';
import { openMasker } from '../cli/mask.js';
import type { ReportDocument } from './document.js';
import { json } from './json/index.js';
import { maskDocument } from './mask.js';

function masking(...values: readonly string[]): ReturnType<typeof openMasker> {
  const mask = openMasker();
  for (const value of values) mask.addText(value);
  return mask;
}

/** A plan document with a text in its diagnostics and fields. */
function documentWith(text: string, address = 'secret.helios.A'): ReportDocument {
  const field = {
    path: 'options.x',
    action: 'change',
    sensitive: false,
    before: text,
    after: [text],
  } as const;
  return {
    kind: 'plan',
    status: 'ok',
    diagnostics: [{ severity: 'error', code: 'c', summary: `it said "${text}"`, address }],
    plan: {
      ...full.plan,
      changes: full.changes.map((change) => ({ ...change, address, fields: [field] })),
      drift: [],
      diagnostics: [],
    },
  };
}

describe('a document is masked before it is rendered', () => {
  it.each([
    'true',
    'false',
    'null',
    '{',
    '}',
    '"',
    ',',
    ':',
    '[',
    '1',
    'ok',
    'plan',
    'status',
    'version',
    '\\',
  ])('JSON is whole where a value is %j', (value) => {
    const text = rendered(json, maskDocument(documentWith(value), masking(value)));
    const parsed = JSON.parse(text) as {
      document: string;
      status: string;
      diagnostics: readonly { summary: string }[];
      plan: { changes: readonly { fields: readonly { before: unknown; after: unknown }[] }[] };
    };
    expect(parsed).toMatchObject({ document: 'plan', version: 1, status: 'ok' });
    expect(parsed.diagnostics[0]?.summary).toBe('it said "(sensitive value)"');
    expect(parsed.plan.changes[0]?.fields[0]).toMatchObject({
      before: '(sensitive value)',
      after: ['(sensitive value)'],
    });
  });

  it('leaves addresses, names and what is not text from outside alone', () => {
    const address = 'secret.lake.lake';
    const masked = maskDocument(documentWith('lake', address), masking('lake', 'helios'));
    expect(masked).toMatchObject({
      diagnostics: [{ summary: 'it said "(sensitive value)"', address }],
      plan: {
        stack: full.plan.stack,
        systems: full.plan.systems,
        changes: full.changes.map(() => ({ address })),
      },
    });
  });

  it('masks every text of an apply', () => {
    const mask = masking('the-value');
    const outcome = {
      status: 'failed',
      address: 'a.b.the-value',
      message: 'no the-value',
      next: 'the-value?',
    } as const;
    expect(maskDocument({ kind: 'apply', event: 'outcome', action: 'create', outcome }, mask)).toMatchObject({
      outcome: { address: 'a.b.the-value', message: 'no (sensitive value)', next: '(sensitive value)?' },
    });
  });

  it('masks the fields of records and resources, and keeps their structure', () => {
    const mask = masking('the-value');
    const record = { ...full.record, fields: { 'the-value': { 'the-value': 'x the-value' } } };
    const state = maskDocument(
      { kind: 'state', view: 'records', status: 'ok', diagnostics: [], records: [record] },
      mask,
    );
    expect(state).toMatchObject({
      records: [{ fields: { 'the-value': { 'the-value': 'x (sensitive value)' } } }],
    });
  });
});
