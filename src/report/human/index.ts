import type { ApplyDocument, ReportDocument, StateDocument, ValidateDocument } from '../document.js';
import type { Format, Renderer, Sink } from '../format.js';
import { applySummaryText, outcomeText } from './apply.js';
import { driftText } from './drift.js';
import { graphText } from './graph.js';
import { planText } from './plan.js';
import { sandboxText } from './sandbox.js';
import { addressLines, recordText, stateEditText } from './state.js';
import type { Style } from './style.js';
import { count } from './words.js';

/** Text for people. */
export const human: Format = { name: 'human', open: openHuman };

function openHuman(sink: Sink): Renderer {
  return {
    render: (document) => {
      if (document.kind === 'apply') {
        renderEvent(document, sink);
        return;
      }
      const text = resultText(document, sink.outStyle);
      if (text !== '') sink.out(text);
    },
  };
}

/** The text of a result; empty where there is none. */
function resultText(document: Exclude<ReportDocument, ApplyDocument>, style: Style): string {
  switch (document.kind) {
    case 'plan':
      return document.plan === undefined ? '' : planText(document.plan, style);
    case 'drift':
      return document.plan === undefined ? '' : driftText(document.plan, style);
    case 'validate':
      return document.status === 'ok' ? validText(document, style) : '';
    case 'state':
      return stateText(document, style);
    case 'pull':
      return document.yaml;
    case 'graph':
      return document.status === 'ok' ? graphText(document.nodes, document.edges) : '';
    case 'sandbox':
      return sandboxText(document, style);
    case 'init':
      return `Wrote ${document.file}. Edit it, then run: secrets validate\n`;
    case 'error':
      return '';
  }
}

function validText({ files, resources }: ValidateDocument, { bold, green }: Style): string {
  return `${green(bold('Success!'))} The configuration is valid: ${count(files, 'file')}, ${count(resources, 'resource')}.\n`;
}

function stateText({ view, records = [], changes = [] }: StateDocument, style: Style): string {
  switch (view) {
    case 'addresses':
      return addressLines(records);
    case 'records':
      return records.map((record) => recordText(record, style)).join('');
    case 'changes':
      return changes.map((change) => `${stateEditText(change, style)}\n`).join('');
  }
}

/** Renders one event. What failed goes to stderr. */
function renderEvent(event: ApplyDocument, sink: Sink): void {
  const { outStyle, errStyle } = sink;
  switch (event.event) {
    case 'plan':
      sink.out(planText(event.plan, outStyle));
      return;
    case 'outcome': {
      const { action, outcome } = event;
      if (outcome.status === 'done') sink.out(`${outcomeText(action, outcome, outStyle)}\n`);
      else sink.err(`${outcomeText(action, outcome, errStyle)}\n`);
      return;
    }
    case 'end': {
      if (event.summary === undefined) return;
      const text = applySummaryText(event.summary, event.status !== 'error');
      if (event.status === 'ok') sink.out(`\n${outStyle.green(outStyle.bold(text))}\n`);
      else sink.err(`\n${errStyle.red(errStyle.bold(text))}\n`);
    }
  }
}
