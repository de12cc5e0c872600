/// One request to the controller.
package struct HTTPCall: Sendable {
    package var method: String
    /// The decoded parts of the path; each is escaped by itself, so a slash inside one stays inside it.
    package var segments: [String]
    package var query: [(name: String, value: String)]
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// From the call to the last byte of the reply; for event streams to the first.
    package var deadline: Duration
    /// The longest reply, and the longest single event, in bytes.
    package var replyLimit: Int

    /// - Parameter path: decoded, parted by slashes: `/v1/hosts`.
    package init(
        _ method: String, path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = [], deadline: Duration = .seconds(30),
        replyLimit: Int = 64 << 20
    ) {
        self.init(
            method, segments: path.split(separator: "/").map(String.init), query: query, headers: headers, body: body,
            deadline: deadline, replyLimit: replyLimit)
    }

    /// - Parameter segments: the path's decoded parts: `["v1", "hosts", "rack7/build-l1"]`.
    package init(
        _ method: String, segments: [String], query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = [], deadline: Duration = .seconds(30),
        replyLimit: Int = 64 << 20
    ) {
        self.method = method
        self.segments = segments
        self.query = query
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.replyLimit = replyLimit
    }

    /// The request target, escaped (RFC 3986).
    package var target: String {
        let path = "/" + segments.map(Self.escaped).joined(separator: "/")
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
