import type { JSX } from "preact";

import { Dialog } from "./dialog.tsx";

interface Props {
  readonly label: string;
  readonly revoke: () => void;
  readonly close: () => void;
}

export function RevokeDialog({ label, revoke, close }: Props): JSX.Element {
  return (
    <Dialog
      close={close}
      title={
        <>
          Revoke <bdi>{label}</bdi>?
        </>
      }
    >
      <p>Its address stops working at once, for everybody who has it, and for good. Its items stay.</p>
      <form method="dialog" class="buttons">
        <button type="submit">Keep it</button>
        <button type="submit" class="danger solid" onClick={revoke}>
          Revoke
        </button>
      </form>
    </Dialog>
  );
}
