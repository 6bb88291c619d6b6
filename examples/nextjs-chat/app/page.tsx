import { Chat } from './chat.tsx';
import { Panel } from './panel.tsx';

export default function Page() {
  return (
    <main>
      <Chat />
      <Panel />
    </main>
  );
}
