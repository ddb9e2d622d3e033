/** Apache Kafka from Maven Central. Plain Node, nothing built: `npm run kafka` and the suites use the same. */
import { checkJava as javaFor, mavenJars, NotHere, runToEnd } from './maven-jars.mjs';

export { runToEnd };

export const kafkaVersion = '4.1.1';
const scala = '2.13';

/** Why Kafka cannot be had here: a sentence for people. */
export class NoKafka extends Error {
  name = 'NoKafka';
}

const noKafka = (error) => {
  throw error instanceof NotHere ? new NoKafka(error.message, { cause: error }) : error;
};

/** @throws NoKafka without Java 17 or newer. */
export const checkJava = () => javaFor('Kafka').catch(noKafka);

/**
 * The folder that holds Kafka and all it needs.
 * @throws NoKafka when Maven is missing, or cannot fetch.
 */
export const kafkaJars = (say = () => undefined) =>
  mavenJars({
    name: `kafka-${kafkaVersion}`,
    what: `Apache Kafka ${kafkaVersion}`,
    size: '43 MB',
    dependencies: [`org.apache.kafka:kafka_${scala}:${kafkaVersion}`, 'org.slf4j:slf4j-simple:1.7.36'],
    say,
  }).catch(noKafka);
