import { defined } from '../../model/index.js';
import type { Lifecycle } from '../../model/index.js';
import { child, textOf, textsOf } from '../../model/tree.js';
import type { TreeNode } from '../../model/tree.js';

/** The `lifecycle` of a resource. */
export function readLifecycle(node: TreeNode): Lifecycle {
  const lifecycle = child(node, 'lifecycle');
  const flag = (key: string): boolean | undefined => {
    const text = textOf(child(lifecycle, key));
    return text === undefined ? undefined : text === 'true';
  };
  const protect = flag('protect');
  const adoptFrom = textOf(child(child(lifecycle, 'adopt'), 'from'));
  const adopt = adoptFrom === undefined ? flag('adopt') : true;
  const ignore = child(lifecycle, 'ignore');
  const notSecret = child(lifecycle, 'not_secret');
  const onRemove = textOf(child(lifecycle, 'on_remove'));
  return {
    ...defined({ protect }),
    ...(ignore === undefined ? {} : { ignore: textsOf(ignore).map(({ text }) => text.toLowerCase()) }),
    ...(notSecret === undefined
      ? {}
      : { notSecret: textsOf(notSecret).map(({ text }) => text.toLowerCase()) }),
    ...(onRemove === undefined ? {} : { onRemove: onRemove === 'forget' ? 'forget' : 'delete' }),
    ...defined({ adopt, adoptFrom }),
  };
}
