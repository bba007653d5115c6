import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";

/** A server on a free loopback port, and the way to end it with all of its connections. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a free loopback port (or the given one), so that several worlds run side by side. */
export async function listen(server: Server | HttpServer, port = 0): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { port: (server.address() as AddressInfo).port, close };
}
