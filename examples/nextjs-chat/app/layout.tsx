import type { ReactNode } from 'react';

// oxlint-disable-next-line import/no-unassigned-import -- the way to a global style in Next.js
import './chat.css';

export const metadata = { title: 'A chat over a ring of endpoints', icons: 'data:,' };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
