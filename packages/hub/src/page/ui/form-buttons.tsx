import type { JSX } from "preact";

interface Props {
  /** What the button says that is the purpose of it all. */
  readonly verb: string;
  /** It is being done. */
  readonly isBusy?: boolean;
  readonly close: () => void;
}

/** How a form ends: it is done, or left. */
export function FormButtons({ verb, isBusy = false, close }: Props): JSX.Element {
  return (
    <div class="buttons">
      <button type="submit" class="main" disabled={isBusy}>
        {verb}
      </button>
      <button type="button" onClick={close}>
        Cancel
      </button>
    </div>
  );
}
