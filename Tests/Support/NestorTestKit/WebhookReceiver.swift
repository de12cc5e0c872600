import Foundation

/// A real HTTP server of the test's own on 127.0.0.1, which takes POSTs, answers them as the test says, and remembers
/// them. It ends with `stop` or with this object.
package final class WebhookReceiver: Sendable {
    package struct Request: Sendable, Decodable {
        package var path: String
        /// Names in lower case.
        package var headers: [String: String]
        package var body: [UInt8]
        /// What it was answered; 0: the connection was cut.
        package var status: Int
    }

    private let server: ScriptedServer
    package var port: Int { server.port }
    package var folder: TemporaryFolder { server.folder }

    /// - Parameters:
    ///   - status: what it answers from the start on.
    ///   - certificate: a PEM file with certificate and key; nil serves without TLS.
    package static func start(status: Int = 200, certificate: String? = nil) async throws -> WebhookReceiver {
        WebhookReceiver(try await ScriptedServer(script, answer: "\(status)", [certificate ?? ""]))
    }

    private init(_ server: ScriptedServer) { self.server = server }

    /// What it answers from now on; 0 cuts the connection instead, and below 0 the reply has no end.
    /// - Parameter retryAfter: the value of that header; nil sends none.
    package func answer(_ status: Int, retryAfter: String? = nil) throws {
        try server.answer("\(status) \(retryAfter ?? "")")
    }

    /// As `ScriptedServer.came`.
    package func requests(atLeast count: Int = 0) async -> [Request] { await server.came(atLeast: count) }

    package func stop() { server.stop() }

    private static let script = """
        import http.server, json, ssl, sys, threading

        counter, lock = [0], threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, _, pause = open(sys.argv[1]).read().partition(" ")
                status = int(status)
                headers = {name.lower(): value for name, value in self.headers.items()}
                with lock:
                    counter[0] += 1
                    sys.stderr.write(json.dumps(
                        {"path": self.path, "headers": headers, "body": list(body), "status": status,
                         "number": counter[0]}) + "\\n")
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(abs(status))
                if status < 0:
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    self.close_connection = True
                    try:
                        while True:
                            self.wfile.write(b"10000\\r\\n" + b"x" * 65536 + b"\\r\\n")
                    except OSError:
                        return
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                if pause:
                    self.send_header("Retry-After", pause)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if sys.argv[2]:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[2])
            server.socket = context.wrap_socket(server.socket, server_side=True)
        sys.stderr.write(json.dumps({"ready": server.server_address[1]}) + "\\n")
        server.serve_forever()
        """
}
