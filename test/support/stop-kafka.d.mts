/** Stops the Kafka that the suites share, unless another run still uses it. */
export function stopSharedKafka(): Promise<void>;
