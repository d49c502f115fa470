import type { EndSource, SourceSyntax } from '../model/index.js';
import type { DocumentNode } from './document.js';
import type { AnyReading, RawReading, ValueContext } from './reading.js';

/** The words of the error about an empty value. */
export interface EmptyWords {
  readonly code: string;
  /** A clause that follows the name of the source. */
  readonly what: string;
  /** Why that may be, as a sentence. */
  readonly next: string;
}

/** One value source: how it is written, and how it is read. `src/values/registry.ts` lists them. */
export interface SourceDefinition<Source extends EndSource = EndSource> extends SourceSyntax<Source> {
  /** What it is called at the start of a sentence; nothing that may hold a value. */
  name(source: Source): string;
  /**
   * Reads it, before the transforms. Imports its reader, and packages, on first use. The signal of the context is aborted when the
   * time is over or the run is stopped.
   */
  read(source: Source, context: ValueContext): AnyReading | Promise<AnyReading>;
  /** How long a read may take, in milliseconds; 30 s where absent. */
  timeoutMs?(source: Source): number;
  /** What to do where it took longer, as a sentence. */
  readonly onTimeout?: string;
  /** The part of a source that is read, where one reading serves several sources: the same one for all of them. */
  shared?(source: Source): EndSource;
  /** Takes what one source means out of the shared reading. */
  select?(source: Source, document: DocumentNode): RawReading;
  /** What to say of an empty value. */
  readonly empty?: EmptyWords;
  /** Environment variables that hold credentials for it: their values are masked from the start. */
  readonly credentials?: readonly string[];
}
