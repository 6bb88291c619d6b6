import type { Attempt } from './attempt.ts';

/**
 * An answer that a content filter emptied, in the shape in which services reject a filtered prompt. When everybody's filter had
 * something against it, that is the answer.
 */
export class FilteredAnswer<Answer> extends Error {
  readonly error = { code: 'content_filter' };
  readonly answer: Answer;
  readonly attempt: Attempt;

  constructor(answer: Answer, attempt: Attempt) {
    super('The answer was emptied by a content filter.');
    this.answer = answer;
    this.attempt = attempt;
  }
}
