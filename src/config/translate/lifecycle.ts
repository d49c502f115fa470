import { defined } from '../../model/index.js';
import type { Lifecycle } from '../../model/index.js';
import { textsOf } from '../merge.js';
import { child, textOf } from '../../model/tree.js';
import type { TreeNode } from '../../model/tree.js';

/** The `lifecycle` of a resource. */
export function readLifecycle(node: TreeNode): Lifecycle {
  const lifecycle = child(node, 'lifecycle');
  const flag = (key: string): boolean | undefined => {
    const text = textOf(child(lifecycle, key));
    return text === undefined ? undefined : text === 'true';
  };
  const protect = flag('protect');
  const adopt = flag('adopt');
  const ignore = child(lifecycle, 'ignore');
  const onRemove = textOf(child(lifecycle, 'on_remove'));
  return {
    ...defined({ protect }),
    ...(ignore === undefined ? {} : { ignore: textsOf(ignore).map(({ text }) => text.toLowerCase()) }),
    ...(onRemove === undefined ? {} : { onRemove: onRemove === 'forget' ? 'forget' : 'delete' }),
    ...defined({ adopt }),
  };
}

/**
 * What the parts of a resource (its shares, its mappings) have of its lifecycle: forgotten and taken over with it, ignored
 * options left alone. `protect` is not among it: a protected secret still changes hands.
 */
export function partLifecycle({ ignore, onRemove, adopt }: Lifecycle): Lifecycle {
  return {
    ...defined({ ignore, onRemove, adopt }),
  };
}
