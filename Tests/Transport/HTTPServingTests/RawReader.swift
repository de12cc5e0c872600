import Dispatch
import Glibc

@testable import HTTPServing

/// A client without manners: sends bytes as they are, and reads when it is told to.
final class RawReader: Sendable {
    private let descriptor: Int32

    init(_ server: HTTPServer, _ request: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: server.configuration.socketPath.utf8) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw Errno() }
        var rest = Array(request.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
    }

    deinit { close(descriptor) }

    /// Everything until the server closes. Reading blocks, so it happens beside the shared pool.
    func readAll() async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var answer: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while true {
                    let count = read(self.descriptor, &buffer, buffer.count)
                    guard count > 0 else { break }
                    answer += buffer.prefix(count)
                }
                continuation.resume(returning: text(answer))
            }
        }
    }
}
