// A fault in one pane stays in that pane: it says so, offers the words for a report, and can be opened anew.
import { Component, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import { EmptyState } from "@/components/States";

interface Props {
  /** What the pane is, in words. */
  name: string;
  /** The pane is opened anew when this changes. */
  resetKey?: string;
  children: ReactNode;
}

export class PaneBoundary extends Component<Props, { fault: Error | null }> {
  override state: { fault: Error | null } = { fault: null };

  static getDerivedStateFromError(fault: Error) {
    return { fault };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.fault && before.resetKey !== this.props.resetKey) this.setState({ fault: null });
  }

  override render() {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return (
      <EmptyState
        title={`${this.props.name} could not be shown`}
        action={
          <>
            <Button onClick={() => this.setState({ fault: null })}>Open it again</Button>
            <CopyButton
              words="Copy details"
              label="Copy details"
              text={`${this.props.name}: ${fault.message}\n${fault.stack ?? ""}`}
            />
          </>
        }
      >
        A fault in Waybill. Capturing goes on, and your data is untouched. {fault.message}
      </EmptyState>
    );
  }
}
