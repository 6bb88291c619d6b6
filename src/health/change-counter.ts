/**
 * Counts changes of health anywhere in a fleet. Rings compare it with what they last saw, so that picking among healthy
 * deployments looks at none of them.
 */
export class ChangeCounter {
  count = 0;

  changed(): void {
    this.count += 1;
  }
}
