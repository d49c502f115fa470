import type { DesiredField } from '../../model/index.js';
import type { Place } from '../../model/source-text.js';
import type { OptionFields } from './options.js';

/** A server as any of its forms says it. */
export interface ServerForm {
  readonly type: DesiredField;
  readonly options: OptionFields;
  readonly mappings: readonly { readonly role: string; readonly at: Place; readonly options: OptionFields }[];
}
