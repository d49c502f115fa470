/** Replaces what is cut out of a text from outside. */
export const OUTSIDE_TEXT = '…';

/** Words that messages of APIs and databases are made of. None of them tells of a value. */
const WORDS = new Set(
  `a about above accept accepted access account action active add admin after again all allow allowed already also alter an and another any
  api are argument arguments as at attempt authentication authorization authorized available bad batch be because been before begin being billing body both boolean but
  by call called can cannot cast change changed character characters check client column command comment conflict connection constraint contact contain contains context
  conversion convert could create created creating credential credentials credits currently data database date deadlock default delete deleted denied depend
  depends detected did directory disabled disk do does done drop duckdb due duplicate during each empty enabled encoding error event exceed exceeded exceeds
  exist existing exists expected expired extension extensions external fail failed failure field file find for forbidden foreign format found free from full
  function given grant granted group had has have header hint host id identifier if ignored immutable in inactive inherit inherited input insert insufficient integer
  internal into invalid invitation is it item its json key keys lacks large later length less like limit limited list load lock locked login long longer
  lost maintenance malformed map mapping match maximum may member members memory message method minimum missing mode more most must name named names
  need needed needs network never no none not null number object objects of off on once one only operation option options or order organization other out
  over owned owner owners parameter parameters parse password path pending permission permissions permitted plan platform please policy possible prepared
  privilege privileges process project property provide provided provider public query quota range rate reached read read-only reason recognized recovery
  refused rejected relation remove removed renamed request requested requests require required requires reset resource resources response retry
  right rights role roles row rule running schema secret secrets server service session set setting settings share shared shares sharing short
  should size small some state statement still storage string superuser superusers support supported suspended syntax system table team teams temporary
  than that the their them then there these they this time timeout to token too transaction trigger try type unable unauthorized unavailable
  unexpected unique unknown unsupported update updated upgrade usage use used user users using valid validation value values variable version view violates was
  were when where which while who will with within without wrapper write written wrong yet you your`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** A word and the punctuation around it. */
const WORD = /^([("'[]*)([A-Za-z][A-Za-z-]*)([)\]"',.:;!?]*)$/;

/** A message is a sentence, not a text. In characters. */
const LONGEST = 4000;

/**
 * What can be recognised of the other side's words about a call that carried a value. Such a message may quote any part of the
 * value, so nothing in quotes is kept, and no word that messages are not made of.
 * @param text what it said, without what was sent
 * @returns the sentence with `…` for everything else; `undefined` where too little is left to say something
 */
export function recognisedSentence(text: string): string | undefined {
  const bare = text.slice(0, LONGEST).replace(/"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”|«[^»]*»/gu, OUTSIDE_TEXT);
  const words: string[] = [];
  let known = 0;
  for (const word of bare.split(/\s+/).filter((part) => part !== '')) {
    const [, before = '', core = '', after = ''] = WORD.exec(word) ?? [];
    if (core !== '' && WORDS.has(core.toLowerCase())) {
      known += 1;
      words.push(`${before}${core}${after}`.replace(/["'[\]]/g, ''));
    } else if (words.at(-1) !== OUTSIDE_TEXT) {
      words.push(OUTSIDE_TEXT);
    }
  }
  return known < 2 ? undefined : words.join(' ');
}
