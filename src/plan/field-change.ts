import { defined } from '../model/index.js';
import type { Field, FieldChange, Plain } from '../model/index.js';

/**
 * Shows how one field changes, without a value of a secret: where one side is sensitive, neither is shown.
 * @param options.wasSensitive whether it held a value of a secret when it was last applied, which the system may show in clear
 */
export function showChange(
  path: string,
  before: Field | undefined,
  after: Field | undefined,
  options: { readonly forcesReplacement?: boolean; readonly wasSensitive?: boolean } = {},
): FieldChange {
  const sensitive =
    options.wasSensitive === true ||
    [before, after].some((side) => side !== undefined && side.kind !== 'plain');
  const shown = (side: Field | undefined): Plain | undefined =>
    !sensitive && side?.kind === 'plain' ? side.value : undefined;
  return {
    path,
    action: actionOf(before, after),
    sensitive,
    ...defined({
      before: shown(before),
      after: shown(after),
      forcesReplacement: options.forcesReplacement === true ? true : undefined,
    }),
  };
}

function actionOf(before: Field | undefined, after: Field | undefined): FieldChange['action'] {
  if (before === undefined) return 'add';
  return after === undefined ? 'remove' : 'change';
}
