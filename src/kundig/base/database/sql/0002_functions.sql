-- Functions for texts. They are written as parsed bodies, so that they mean the same whatever search_path is, in
-- pg_dump and in CREATE INDEX too. Replacing one leaves indexes stale: a change needs a new name or a REINDEX.

-- Texts that people take for equal: case, accents, ligatures, widths, ß, ł, ø, æ. Not STRICT, else it is not inlined.
-- A text of ASCII only takes the short way. Order by `kundig.fold(x) collate "C"` is the dictionary's (DIN 5007-1).
create function kundig.fold(value text) returns text
language sql immutable parallel safe
return case
  when octet_length(value) = char_length(value) then lower(value collate {collation})
  else replace(replace(replace(replace(translate(
    lower(regexp_replace(normalize(value, nfkd), U&'[\0300-\036F\1AB0-\1AFF\20D0-\20FF]', '', 'g') collate {collation}),
    'łøđħıðŋŧ', 'lodhidnt'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
end;

-- The groups of three letters in a folded text, for a GIN index that serves "contains":
--   create index … using gin (kundig.grams(name));
--   … where kundig.grams(name) @> kundig.grams(:part) and kundig.fold(name) like '%' || :escaped_folded_part || '%'
-- A part of one or two letters has none: leave the first condition out then, or every row matches it.
create function kundig.grams(value text) returns text[]
language sql immutable parallel safe
return (
  select coalesce(array_agg(distinct substr(folded.text, start, 3)), '{}')
  from (select kundig.fold(value) as text) as folded
  cross join lateral generate_series(1, char_length(folded.text) - 2) as start
);

-- How many digits the amounts of a currency have after the point (ISO 4217).
create function kundig.currency_digits(currency text) returns integer
language sql immutable parallel safe
return case
  when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') then 0
  when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
  when currency in ('CLF', 'UYW') then 4
  else 2
end;
