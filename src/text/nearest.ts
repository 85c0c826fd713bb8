import { distance } from 'fastest-levenshtein';

/** The word that was probably meant: fewer than half of its letters differ; absent if no word is that near. */
export const nearestWord = (word: string, known: readonly string[]): string | undefined => {
  const best = known.toSorted((a, b) => distance(word, a) - distance(word, b))[0];
  return best !== undefined && distance(word, best) <= Math.max(2, best.length / 2) ? best : undefined;
};
