import type * as Library from '@streamparser/json';

/** What there is of a response before its body. */
export interface AnswerHead {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** How a list in a body is read: item by item, as it arrives, so that it is never in memory as a whole. */
export interface ListShape<Item> {
  /** Where the list is in a body that is an object; the body may also be the list itself. */
  readonly key: string;
  /**
   * Keeps what is wanted of an item; nothing of it remains where this gives `undefined`.
   * @throws HttpError for an item of the wrong shape
   */
  readonly take: (item: unknown, index: number, answer: AnswerHead) => Item | undefined;
}

/** A list of a response, read. */
export interface ListAnswer<Item> extends AnswerHead {
  /** In the order of the list. */
  readonly items: readonly Item[];
}

/** Why a body is not a list that can be taken. */
export type ListFailure = 'not-json' | 'shape' | 'too-large';

/** A body is not a list that can be taken. It holds nothing of the body. */
export class ListError extends Error {
  override readonly name = 'ListError';
  readonly failure: ListFailure;

  constructor(failure: ListFailure) {
    super(failure);
    this.failure = failure;
  }
}

/** No organization has as many, and each takes memory. */
const MOST_ITEMS = 1_000_000;
/** No API nests as deep, and each level takes memory. */
const DEEPEST = 100;
/** Strings are put together in pieces of so many bytes. */
const STRING_BUFFER = 64 * 1024;
const OPENING_BRACE = 0x7b;

type JSONParser = Library.JSONParser;
/** The parser, loaded. */
export type ListParser = Pick<typeof Library, 'JSONParser' | 'TokenType'>;

/** Loads the parser, which most runs do without. */
export function loadListParser(): Promise<ListParser> {
  return import('@streamparser/json');
}

/** Reads one body: `[…]`, `{"<key>": […]}`, or `null` for an empty list, as servers in Go write it. */
export class ListReader<Item> {
  readonly #library: ListParser;
  readonly #key: string;
  readonly #maxItemBytes: number;
  readonly #take: (item: unknown, index: number) => Item | undefined;
  readonly #items: Item[] = [];
  #parser: JSONParser | undefined;
  #isFound = false;
  #depth = 0;
  /** Of the bytes since the last item. */
  #size = 0;
  #failure: Error | undefined;

  /**
   * @param maxItemBytes the longest item taken, and the longest run of bytes of anything else
   * @param take as in ListShape
   */
  constructor(
    library: ListParser,
    key: string,
    maxItemBytes: number,
    take: (item: unknown, index: number) => Item | undefined,
  ) {
    this.#library = library;
    this.#key = key;
    this.#maxItemBytes = maxItemBytes;
    this.#take = take;
  }

  /** Takes the next piece. @throws ListError, and what `take` throws */
  write(chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    this.#parse((parser) => {
      parser.write(chunk);
    }, chunk);
    if (this.#size > this.#maxItemBytes) throw new ListError('too-large');
  }

  /** The items that were kept. @throws ListError */
  end(): readonly Item[] {
    const { isEnded } = (this.#parser ??= this.#open(false));
    if (!isEnded) {
      this.#parse((parser) => {
        parser.end();
      });
    }
    if (!this.#isFound) throw new ListError('shape');
    return this.#items;
  }

  /** The library's own messages quote the text, so they go no further. */
  #parse(step: (parser: JSONParser) => void, chunk?: Uint8Array): void {
    try {
      if (this.#parser === undefined) {
        const first = chunk?.find((byte) => !/\s/.test(String.fromCharCode(byte)));
        if (first === undefined) return;
        this.#parser = this.#open(first === OPENING_BRACE);
      }
      step(this.#parser);
    } catch {
      throw this.#failure ?? new ListError('not-json');
    }
  }

  #open(isObject: boolean): JSONParser {
    const { JSONParser: Parser, TokenType } = this.#library;
    const list = isObject ? `$.${this.#key}` : '$';
    const listLevel = isObject ? 1 : 0;
    const parser = new Parser({
      paths: [list, `${list}.*`],
      keepStack: false,
      stringBufferSize: STRING_BUFFER,
    });
    parser.onToken = ({ token }) => {
      if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) this.#depth += 1;
      else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) this.#depth -= 1;
      if (this.#depth > DEEPEST) this.#fail(new ListError('too-large'));
    };
    parser.onValue = ({ value, key, parent, stack }) => {
      if (stack.length === listLevel) {
        if (value !== null && !Array.isArray(value)) this.#fail(new ListError('shape'));
        this.#isFound = true;
        return;
      }
      // The parser keeps what is part of a value that it still has to hand over: the list.
      if (Array.isArray(parent)) parent.length = 0;
      this.#size = 0;
      this.#keep(value, Number(key));
    };
    return parser;
  }

  #keep(value: unknown, index: number): void {
    let item: Item | undefined;
    try {
      item = this.#take(value, index);
    } catch (error) {
      this.#fail(error);
    }
    if (item === undefined) return;
    if (this.#items.length >= MOST_ITEMS) this.#fail(new ListError('too-large'));
    this.#items.push(item);
  }

  #fail(error: unknown): never {
    this.#failure = error instanceof Error ? error : new ListError('shape');
    throw this.#failure;
  }
}
