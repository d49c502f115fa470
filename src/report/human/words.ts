import type { Action, Change } from '../../model/index.js';
import type { Style } from './style.js';

/** Terraform's signs: three columns wide, so that everything below them lines up. */
export function signOf(action: Action, style: Style): string {
  switch (action) {
    case 'create':
      return style.green('  +');
    case 'update':
      return style.yellow('  ~');
    case 'replace':
      return `${style.red('-')}/${style.green('+')}`;
    case 'delete':
      return style.red('  -');
    case 'forget':
      return style.dim('  .');
    case 'import':
      return style.cyan('  =');
    case 'noop':
      return '   ';
  }
}

/** What a plan says will be done. */
export function willBe({ action, mark }: Pick<Change, 'action' | 'mark'>): string {
  switch (action) {
    case 'create':
      return 'will be created';
    case 'update':
      return 'will be updated in-place';
    case 'replace':
      return 'must be replaced';
    case 'delete':
      return 'will be destroyed';
    case 'forget':
      return `will be forgotten (it stays in the system${mark === undefined ? '' : ', without the mark of this stack'})`;
    case 'import':
      return `will be imported (${mark === undefined ? 'nothing changes in the system' : 'only its mark changes in the system'})`;
    case 'noop':
      return 'stays as it is';
  }
}

/** What an apply says was done. */
export function wasDone(action: Action): string {
  switch (action) {
    case 'create':
      return 'created';
    case 'update':
      return 'updated';
    case 'replace':
      return 'replaced';
    case 'delete':
      return 'destroyed';
    case 'forget':
      return 'forgotten';
    case 'import':
      return 'imported';
    case 'noop':
      return 'unchanged';
  }
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
