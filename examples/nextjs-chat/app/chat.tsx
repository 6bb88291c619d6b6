'use client';

import { useChat } from '@ai-sdk/react';
import { isTextUIPart, isToolUIPart, type UIMessage } from 'ai';
import { useEffect, useState } from 'react';

type Message = UIMessage<{ readonly endpoint?: string; readonly attempts?: number } | undefined>;

const STORED = 'nextjs-chat';

export function Chat() {
  const { messages, setMessages, sendMessage, regenerate, stop, status, error } = useChat<Message>();
  const [text, setText] = useState('');
  const isBusy = status === 'submitted' || status === 'streaming';

  useEffect(() => {
    const stored = localStorage.getItem(STORED);
    if (stored) setMessages(JSON.parse(stored) as Message[]);
  }, [setMessages]);
  useEffect(() => {
    if (messages.length > 0) localStorage.setItem(STORED, JSON.stringify(messages));
  }, [messages]);

  const send = (words: string) => {
    if (isBusy || words.trim() === '') return;
    setText('');
    void sendMessage({ text: words });
  };
  const forget = () => {
    localStorage.removeItem(STORED);
    setMessages([]);
  };

  return (
    <section className="chat" aria-label="Chat">
      <header>
        <h1>A chat over a ring</h1>
        <button onClick={forget} disabled={isBusy || messages.length === 0}>
          New chat
        </button>
      </header>
      <ol aria-live="polite" aria-busy={isBusy}>
        {messages.map((message, index) => (
          <Bubble key={message.id} message={message} before={endpointOf(messages.slice(0, index))} />
        ))}
      </ol>
      {messages.length === 0 && (
        <p>
          Say something, then break the endpoint that has answered, and go on. Or ask for a tool:{' '}
          <button onClick={() => send('What is the weather in Lisbon?')}>What is the weather in Lisbon?</button>
        </p>
      )}
      {status === 'submitted' && <p className="note">An endpoint is being asked …</p>}
      {error && (
        <p role="alert">
          {error.message} <button onClick={() => void regenerate()}>Try again</button>
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send(text);
        }}
      >
        <label htmlFor="message">Message</label>
        <input id="message" autoComplete="off" value={text} onChange={(event) => setText(event.target.value)} />
        {isBusy ? (
          <button type="button" onClick={() => void stop()}>
            Stop
          </button>
        ) : (
          <button type="submit">Send</button>
        )}
      </form>
    </section>
  );
}

const endpointOf = (messages: readonly Message[]) =>
  messages.findLast(({ metadata }) => metadata?.endpoint !== undefined)?.metadata?.endpoint;

function Bubble({ message, before }: { readonly message: Message; readonly before: string | undefined }) {
  const { endpoint, attempts = 1 } = message.metadata ?? {};
  return (
    <li className={message.role}>
      {message.parts.map((part, index) => {
        if (isTextUIPart(part)) return <p key={index}>{part.text}</p>;
        if (!isToolUIPart(part)) return null;
        return (
          <p key={index} className="note">
            Tool: {part.type.replace('tool-', '')}({JSON.stringify(part.input)}) → {JSON.stringify(part.output) ?? '…'}
          </p>
        );
      })}
      {endpoint && (
        <p className="note">
          {endpoint}, {attempts === 1 ? '1 attempt' : `${attempts} attempts`}
          {before && before !== endpoint && `; the conversation moved here from ${before}`}
        </p>
      )}
    </li>
  );
}
