import type { ReportDocument } from './document.js';
import type { Style } from './human/style.js';

/** Where a format writes. */
export interface Sink {
  /** The result: stdout. */
  readonly out: (text: string) => void;
  /** What accompanies it: stderr. Diagnostics are already there; a format need not repeat them. */
  readonly err: (text: string) => void;
  readonly outStyle: Style;
  readonly errStyle: Style;
}

/** Renders the documents of one run. */
export interface Renderer {
  /** Called with one document, or, for `apply`, with each event as it happens. Sensitive text is already masked in it. */
  readonly render: (document: ReportDocument) => void;
}

/** An output format: one folder under `report/`, one line in the registry. */
export interface Format {
  /** As `--format` takes it. */
  readonly name: string;
  readonly open: (sink: Sink) => Renderer;
}
