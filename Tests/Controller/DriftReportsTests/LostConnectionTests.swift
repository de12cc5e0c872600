import ControllerAPI
import Foundation
import NestingModel
import NestorTestKit
import Testing

@testable import DriftReports

@Suite("A webhook whose connection was kept open and is lost", .timeLimit(.minutes(1)))
struct LostConnectionTests {
    private struct Request: Decodable {
        var connection: Int
        var id: String
        /// In base64; empty where the connection was lost before it was whole.
        var body: String
        var number: Int
    }

    /// Answers the first request of its first connection and loses that connection during the second one; whatever
    /// comes over another one is answered.
    private static let script = """
        import base64, json, socket, sys

        mode = open(sys.argv[1]).read()
        server = socket.create_server(("127.0.0.1", 0))
        sys.stderr.write(json.dumps({"ready": server.getsockname()[1]}) + "\\n")
        number = 0

        def say(connection, headers, body):
            global number
            number += 1
            sys.stderr.write(json.dumps({"connection": connection, "id": headers["webhook-id"],
                "body": base64.b64encode(body).decode(), "number": number}) + "\\n")

        for connection in range(1, 3):
            client, _ = server.accept()
            stream = client.makefile("rb")
            while line := stream.readline():
                headers = {}
                while (line := stream.readline().strip()):
                    name, _, value = line.decode().partition(":")
                    headers[name.lower()] = value.strip()
                length = int(headers["content-length"])
                if connection == 1 and number == 1 and mode == "before its end":
                    # Nothing more will be said here, while the body still comes.
                    client.shutdown(socket.SHUT_WR)
                    say(connection, headers, b"")
                    while client.recv(1 << 16):
                        pass
                    break
                body = stream.read(length)
                say(connection, headers, body)
                if connection == 1 and number == 2:
                    break
                client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
            stream.close()
            client.close()
        """

    @Test(
        "sends its whole body once more, over another connection and with the same id",
        arguments: ["before its end", "before its answer"])
    func again(mode: String) async throws {
        let server = try await ScriptedServer(Self.script, answer: mode, [])
        defer { server.stop() }
        var fleet = SmallFleet()
        // Longer than what a socket takes at once.
        fleet.open = (0..<6_000).map { SmallFleet.drift("r\($0)/g") }
        let run = fleet.run(1).run
        let bytes = Data(ReportRendering.bytes(run, as: .json))
        #expect(bytes.count > 2 << 20)
        let courier = DirectCourier()
        for id in ["first", "second"] {
            try await courier.deliver(
                ReportParcel(
                    id: id, run: run, format: .json, formats: [.json],
                    place: ReportPlace(webhook: WebhookPlace(url: "http://127.0.0.1:\(server.port)/hook")),
                    at: SmallFleet.time(1)))
        }
        let came: [Request] = await server.came(atLeast: 3)
        #expect(came.map(\.connection) == [1, 1, 2])
        #expect(came.map(\.id) == ["first", "second", "second"])
        #expect(came.first?.body == bytes.base64EncodedString() && came.last?.body == bytes.base64EncodedString())
    }
}
