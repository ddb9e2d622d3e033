/** Where the feed tells what it does: events by position and type, never what they hold. */
export type FeedLog = (level: 'info' | 'warn' | 'error', message: string) => void;

export const silent: FeedLog = () => undefined;
