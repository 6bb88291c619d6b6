import type { Place } from './place.ts';

/** How a call was sent to one endpoint. */
export interface SentForm {
  /** With requests for approval in full. */
  readonly holdsRequests: boolean;
  /** With these approvals, which would make a tool act. */
  readonly approvals: readonly string[];
}

/** In which forms a call has been sent, and in which it is to be sent from now on: less of it after each failure. */
export class SentForms {
  #isInline = false;
  #dropsApprovals = false;
  /** By endpoint, since several attempts may be under way: what one was sent is not what the call is like by then. */
  readonly #latest = new Map<Place, SentForm & { readonly isInline: boolean }>();

  /** Whether nothing is to be referred to any more, since an endpoint did not know what it should have known. */
  get isInline(): boolean {
    return this.#isInline;
  }

  /** Whether approvals are to be left out, since nothing can be done for them, or it has been done already. */
  get dropsApprovals(): boolean {
    return this.#dropsApprovals;
  }

  /** The call goes to an endpoint. */
  send(place: Place, form: SentForm): void {
    this.#latest.set(place, { ...form, isInline: this.#isInline });
  }

  /** An endpoint may have carried out the approvals that it was sent, which are returned: nobody else is to. */
  doubt(place: Place): readonly string[] {
    const approvals = this.#latest.get(place)?.approvals ?? [];
    if (approvals.length > 0) this.#dropsApprovals = true;
    return approvals;
  }

  /** An endpoint did not know what it was referred to. Returns whether there is less to refer to the next time. */
  reduce(place: Place): boolean {
    const sent = this.#latest.get(place);
    if (sent?.isInline !== true) {
      this.#isInline = true;
      return true;
    }
    if (sent.holdsRequests) this.#dropsApprovals = true;
    return sent.holdsRequests;
  }
}
