// A client for participants: sends, reads answers, notices gaps. Needs @platformatic/kafka.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Consumer, Producer, type MessagesStream } from "@platformatic/kafka";

export type Message = Record<string, any>;

/** A message is missing even after the topic was read again: tell the operators. */
export class Gap extends Error {}

/** One connected system; `last` is the number of the last message that it processed. */
export class Participant {
  /** Ranges of messages that were deleted before we read them: ask about `all`. */
  readonly lost: [number, number][] = [];
  last: number;
  readonly #name: string;
  readonly #own: Message;
  readonly #producer: Producer<Buffer, Buffer, Buffer, Buffer>;
  readonly #consumer: Consumer<Buffer, Buffer, Buffer, Buffer>;

  constructor(connection: Message, name: string, last = 0, certificate = false) {
    this.#name = name;
    this.#own = connection.participants[name];
    this.last = last;
    const login = certificate ? byCertificate(connection) : byPassword(connection, this.#own);
    const common = { clientId: `${this.#own.group_prefix}example`, ...login };
    this.#producer = new Producer({ ...common, idempotent: true, acks: -1 });
    this.#consumer = new Consumer({
      ...common,
      groupId: `${this.#own.group_prefix}example`,
      autocommit: false, // our position is stored with our own data, not in Kafka
      maxBytesPerPartition: 2_097_152,
    });
  }

  /** Send one message; return its coordinate, by which the answer refers to it. */
  async send(kind: string, data: unknown, subject: string, id: string = randomUUID()): Promise<string> {
    const event = {
      specversion: "1.0",
      id,
      source: `urn:cri:${this.#name}:example`,
      type: `gov.cri.${kind}.v1`,
      subject,
      time: new Date().toISOString(),
      datacontenttype: "application/json",
      data,
    };
    // If this fails, the message may have arrived or not: send it again unchanged.
    const sent = await this.#producer.send({
      messages: [{ topic: this.#own.in, value: Buffer.from(JSON.stringify(event)) }],
    });
    const [place] = sent.offsets!;
    return `${place.topic}/${place.partition}/${place.offset}`;
  }

  /**
   * Yield the new messages of the `out` topic, each once and in order.
   *
   * Ends when none arrives for `within` milliseconds; throws Gap if one is missing.
   */
  async *messages(within = 30_000): AsyncGenerator<Message> {
    let reread = false;
    for (;;) {
      const stream = await this.#consumer.consume({ topics: [this.#own.out], mode: "earliest" });
      try {
        let oldest = true;
        for await (const message of arriving(stream, within)) {
          const isNew = this.#isNew(message, oldest);
          oldest = false;
          if (isNew) {
            reread = false;
            yield message;
          }
        }
        return;
      } catch (error) {
        // The topic may still hold the missing message: read it again, once.
        if (!(error instanceof Gap) || reread) throw error;
        reread = true;
      } finally {
        await stream.close();
      }
    }
  }

  /** Yield the answer to the message with this coordinate, or with this id of our own. */
  async answer(sent: string, within = 30_000): Promise<Message> {
    for await (const message of this.messages(within)) {
      if (message.inreplyto === sent || message.inreplytoid === sent) return message;
    }
    throw new Error(`no answer to ${sent}`);
  }

  /** Return the current status of each request: the entries of `status.told`, of all pages. */
  async statuses(about = "all"): Promise<Message[]> {
    const found: Message[] = [];
    for (let question: Message = { about }; ; ) {
      const answer = await this.answer(await this.send("status.ask", question, about));
      if (answer.type !== "gov.cri.status.told.v1") {
        throw new Error(`refused: ${JSON.stringify(answer.data.reasons[0])}`);
      }
      found.push(...answer.data.requests);
      if (answer.data.next === undefined) return found;
      question = { about, after: answer.data.next };
    }
  }

  async close(): Promise<void> {
    await this.#consumer.close(true);
    await this.#producer.close();
  }

  /** Record that messages before `number` are lost, and continue from there. */
  #skipTo(number: number): void {
    if (number > this.last + 1) {
      this.lost.push([this.last + 1, number - 1]);
      this.last = number - 1;
    }
  }

  /** Tell whether `message` is the next one; duplicates and heartbeats are not. */
  #isNew(message: Message, oldest: boolean): boolean {
    if (message.type === "gov.cri.heartbeat.v1") {
      const { head, first } = message.data;
      // `first` is the oldest number still held; if this is the oldest record, all up to `head`
      // are gone.
      this.#skipTo(oldest ? head + 1 : (first ?? 1));
      if (head > this.last) throw new Gap(`${head} messages were sent to us, we have ${this.last}`);
      return false;
    }
    const number = Number(message.participantsequence);
    if (oldest) this.#skipTo(number);
    if (number <= this.last) return false;
    if (number !== this.last + 1) throw new Gap(`${number} follows ${this.last}`);
    this.last = number;
    return true;
  }
}

/** Read the file that the operators handed over. */
export function connectionOf(file: string): Message {
  return JSON.parse(readFileSync(file, "utf8"));
}

function byPassword({ bootstrap_servers, security }: Message, own: Message) {
  return {
    bootstrapBrokers: bootstrap_servers,
    tls: { ca: readFileSync(security.ca) },
    tlsServerName: true,
    sasl: { mechanism: security.mechanism, username: own.username, password: own.password },
  };
}

function byCertificate({ with_certificate: own }: Message) {
  const pem = readFileSync(own.certificate); // its key and its chain
  return {
    bootstrapBrokers: own.bootstrap_servers,
    tls: { ca: readFileSync(own.security.ca), key: pem, cert: pem },
    tlsServerName: true,
  };
}

/** Yield each record's message until none has come for `within` milliseconds. */
async function* arriving(
  stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>,
  within: number,
): AsyncGenerator<Message> {
  const records = stream[Symbol.asyncIterator]();
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), within);
    });
    const next = await Promise.race([records.next(), late]);
    clearTimeout(timer);
    if (next === undefined || next.done) return;
    yield JSON.parse(next.value.value.toString());
  }
}
