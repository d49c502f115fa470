/**
 * DuckDB's reading of `CREATE SECRET name (TYPE t, option 'value', …)`. The extension puts a server's name, type and option
 * names into that text unquoted, so an odd name is not a name any more but syntax. These functions read the text as
 * DuckDB's scanner and grammar do, and put the same complaint at the same place.
 */
export const parserSql = `
-- The lines under a complaint: the line of the problem, cut to about 80 characters at the end of a word, and a caret.
CREATE FUNCTION duckdb_standin.excerpt(query text, at int) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  before text := left(query, at);
  line_number int := 1 + length(before) - length(replace(before, E'\\n', ''));
  line_start int := at - length(substring(before FROM '[^\\n]*$'));
  line text := substring(substr(query, line_start + 1) FROM '^[^\\n]*');
  here int := at - line_start;
  first int := 0;
  last int := length(line);
  head text;
BEGIN
  IF here >= 40 THEN
    first := greatest(here - 39, 0);
    first := first - length(substring(left(line, first) FROM '[A-Za-z0-9]*$'));
  END IF;
  IF length(line) - here > 79 - least(here, 40) THEN
    last := here + 79 - least(here, 40);
    -- Not in the middle of a word.
    IF left(line, last) ~ '[A-Za-z0-9]$' THEN
      last := last + length(substring(substr(line, last + 1) FROM '^[A-Za-z0-9]*'));
    END IF;
  END IF;
  -- A line that fits is shown whole.
  IF length(line) <= 80 THEN
    first := 0;
    last := length(line);
  END IF;
  head := format('LINE %s: %s', line_number, CASE WHEN first > 0 THEN '...' ELSE '' END);
  RETURN E'\\n\\n' || head || substr(line, first + 1, last - first) || CASE WHEN last < length(line) THEN '...' ELSE '' END
    || E'\\n' || repeat(' ', length(head) + here - first) || '^';
END
$sql$;

-- The words of a query: kind is word, name ("quoted"), string, number, operator, mark, end or error.
CREATE FUNCTION duckdb_standin.tokens(query text) RETURNS TABLE (kind text, content text, raw text, at int)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  rest text := query;
  piece text;
BEGIN
  at := 0;
  LOOP
    piece := coalesce(substring(rest FROM '^([ \\t\\n\\r\\f\\v]|--[^\\n\\r]*|/\\*.*?\\*/)+'), '');
    at := at + length(piece);
    rest := substr(rest, length(piece) + 1);
    EXIT WHEN rest = '';
    content := NULL;
    IF rest ~ '^[xX]''' THEN
      kind := 'string';
      raw := substring(rest FROM '^[xX]''[^'']*''');
      content := 'unterminated hexadecimal string literal';
    ELSIF rest ~ '^[bB]''' THEN
      kind := 'string';
      raw := substring(rest FROM '^[bB]''[^'']*''');
      content := 'unterminated bit string literal';
    ELSIF rest ~ '^[eE]?''' THEN
      kind := 'string';
      raw := substring(rest FROM '^[eE]?''(?:[^'']|'''')*''');
      content := 'unterminated quoted string';
    ELSIF rest ~ '^"' THEN
      kind := 'name';
      raw := substring(rest FROM '^"(?:[^"]|"")*"');
      content := 'unterminated quoted identifier';
    ELSIF rest ~ '^/\\*' THEN
      content := 'unterminated /* comment';
      raw := NULL;
    ELSIF rest ~ '^([A-Za-z_]|[^\\x01-\\x7f])' THEN
      kind := 'word';
      raw := substring(rest FROM '^(?:[A-Za-z0-9_$]|[^\\x01-\\x7f])+');
    ELSIF rest ~ '^[0-9]' THEN
      kind := 'number';
      raw := substring(rest FROM '^[0-9]+(?:[.][0-9]*)?(?:[eE][-+]?[0-9]+)?');
    ELSIF rest ~ '^[-~!@#^&|\`?+*/%<>=]' THEN
      kind := 'operator';
      raw := substring(rest FROM '^[-~!@#^&|\`?+*/%<>=]+');
      -- A comment may begin in the middle of what looks like one operator.
      raw := coalesce(nullif(substring(raw FROM '^(.*?)(?:--|/\\*)'), ''), raw);
    ELSE
      kind := 'mark';
      raw := left(rest, 1);
    END IF;
    IF raw IS NULL THEN
      kind := 'error';
      raw := rest;
      RETURN NEXT;
      RETURN;
    END IF;
    content := CASE kind
      WHEN 'string' THEN replace(substring(raw FROM '^[^'']*''(.*)''$'), '''''', '''')
      WHEN 'name' THEN replace(substring(raw FROM '^"(.*)"$'), '""', '"')
      ELSE raw END;
    RETURN NEXT;
    at := at + length(raw);
    rest := substr(rest, length(raw) + 1);
  END LOOP;
  kind := 'end';
  content := '';
  raw := '';
  RETURN NEXT;
END
$sql$;

-- Reads the statement. problem is NULL when it is one that DuckDB accepts as far as grammar goes.
CREATE FUNCTION duckdb_standin.read_create_secret(query text, OUT names text[], OUT vals text[], OUT kind text, OUT problem text)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $sql$
DECLARE
  t record;
  state text := 'create';
  held record;
BEGIN
  names := '{}';
  vals := '{}';
  kind := 'Parser Error';
  FOR t IN SELECT * FROM duckdb_standin.tokens(query) LOOP
    IF t.kind = 'error' THEN
      problem := format('%s at or near "%s"', t.content, t.raw) || duckdb_standin.excerpt(query, t.at);
      RETURN;
    END IF;
    -- The next state, or NULL: this word can't stand here.
    state := CASE
      WHEN state = 'create' AND lower(t.raw) = 'begin' THEN 'begin'
      WHEN state = 'begin' AND t.raw = ';' THEN 'create'
      WHEN state = 'create' AND lower(t.raw) = 'create' THEN 'secret'
      WHEN state = 'secret' AND lower(t.raw) = 'secret' THEN 'name'
      WHEN state = 'name' AND t.kind IN ('word', 'name') THEN 'open'
      WHEN state = 'open' AND t.raw = '(' THEN 'option'
      WHEN state = 'option' AND t.kind IN ('word', 'name') THEN 'value'
      WHEN state = 'value' AND t.kind = 'word' THEN 'after word'
      WHEN state = 'value' AND t.kind IN ('string', 'number', 'name') THEN 'after'
      WHEN state = 'after word' AND t.kind = 'string' THEN 'typed'
      WHEN state LIKE 'after%' AND t.raw = ',' AND t.kind = 'mark' THEN 'option'
      WHEN state LIKE 'after%' AND t.raw = ')' AND t.kind = 'mark' THEN 'closed'
      WHEN state = 'closed' AND (t.raw = ';' OR t.kind = 'end') THEN 'done'
      ELSE NULL END;
    IF state IS NULL THEN
      problem := CASE t.kind
        WHEN 'end' THEN 'syntax error at end of input'
        ELSE format('syntax error at or near "%s"', t.raw) || duckdb_standin.excerpt(query, t.at) END;
      RETURN;
    END IF;
    IF state = 'value' THEN
      names := names || t.content;
    ELSIF state IN ('after word', 'after') THEN
      vals := vals || t.content;
      held := t;
    ELSIF state = 'typed' THEN
      kind := 'Catalog Error';
      problem := format('Type with name %s does not exist!', held.raw);
      RETURN;
    ELSIF state = 'done' THEN
      -- What follows a semicolon is another statement.
      RETURN;
    END IF;
  END LOOP;
END
$sql$;
`;
