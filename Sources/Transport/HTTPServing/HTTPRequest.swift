/// One request, whole: its body has been read.
package struct HTTPRequest: Sendable {
    /// Who connected, as the kernel says (SO_PEERCRED): the ids at the time of connect(2).
    package struct Peer: Sendable, Hashable {
        package var uid: UInt32
        package var gid: UInt32
        package var pid: Int32

        package init(uid: UInt32, gid: UInt32, pid: Int32) {
            self.uid = uid
            self.gid = gid
            self.pid = pid
        }
    }

    /// As sent: `GET`, `POST`. Methods have case.
    package var method: String
    package var target: RequestTarget
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Nil where the listener is not a Unix socket.
    package var peer: Peer?

    package init(method: String, target: RequestTarget, headers: HTTPHeaders = [:], body: [UInt8] = [], peer: Peer?) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    /// The decoded path. Where a segment may hold a slash, use `segments`.
    package var path: String { "/" + target.segments.joined(separator: "/") }

    /// The decoded parts of the path: `["v1", "hosts", "rack7"]`.
    package var segments: [String] { target.segments }

    /// The first query item of that name; nil where there is none.
    package func query(_ name: String) -> String? { target.query.first { $0.name == name }?.value }
}
