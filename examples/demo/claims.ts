import { paint, say } from './terminal.ts';

/** What the demo says has happened. A claim that does not hold makes it exit with an error. */
export class Claims {
  #broken = 0;

  check(claim: string, holds: boolean): void {
    if (!holds) this.#broken += 1;
    say(holds ? `   ${paint('green', '✓')} ${claim}` : `   ${paint('red', `✗ NOT SO: ${claim}`)}`);
  }

  get allHold(): boolean {
    return this.#broken === 0;
  }
}
