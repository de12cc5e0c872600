/// One opened connection to a libvirt daemon. Calls block until their answers are here or the deadline passes.
///
/// Calls are pipelined: libvirtd works on five requests of a client at a time and stops reading beyond them, so
/// answers are read while calls are still being sent, and the number under way is bounded.
final class LibvirtConnection {
    /// Deadlines of one batch of calls.
    struct Patience {
        /// For calls that only read.
        var reading: Duration = .seconds(15)
        /// For calls that start or define something.
        var changing: Duration = .seconds(60)
        /// How long a daemon may be away while it is restarted, once it has been there.
        var restarting: Duration = .seconds(5)
    }

    let endpoint: LibvirtEndpoint
    private let stream: UnixStream
    private var serial: UInt32 = 0
    private var input: [UInt8] = []

    private static let callsUnderWay = 24
    /// Of all answers to one batch together.
    private static let batchLimit = 64 << 20

    /// Connects, agrees on authentication and opens the hypervisor.
    init(to endpoint: LibvirtEndpoint, patience: Patience) throws(ConnectionFault) {
        self.endpoint = endpoint
        stream = try UnixStream(connectingTo: endpoint.path, until: ContinuousClock.now + patience.reading)
        try authenticate(patience)
        let answers = try ask([.open(uri: endpoint.uri, readOnly: endpoint.readOnly)], within: patience.reading)
        if case .refused(let error) = answers[0] { throw .refused(error) }
    }

    /// - Returns: one answer for each call, in the calls' order.
    func ask(_ calls: [RemoteCall], within limit: Duration) throws(ConnectionFault) -> [RemoteAnswer] {
        let deadline = ContinuousClock.now + limit
        var answers = [RemoteAnswer?](repeating: nil, count: calls.count)
        let first = serial &+ 1
        serial &+= UInt32(calls.count)
        var output: [UInt8] = []
        var outputStart = 0
        var sent = 0
        var answered = 0
        var received = 0
        while answered < calls.count {
            while sent < calls.count, sent - answered < LibvirtConnection.callsUnderWay, output.count < 64 << 10 {
                output += PacketHeader.packet(calls[sent], serial: first &+ UInt32(sent))
                sent += 1
            }
            if outputStart < output.count {
                outputStart += try stream.write(output[outputStart...])
                if outputStart == output.count {
                    output.removeAll(keepingCapacity: true)
                    outputStart = 0
                }
            }
            let ready = stream.wait(toWrite: outputStart < output.count, until: deadline)
            guard ready.read || ready.write else {
                throw .timedOut("(\(answered) of \(calls.count) answers within \(limit))")
            }
            guard ready.read else { continue }
            received += try stream.read(into: &input, limit: 64 << 10)
            guard received <= LibvirtConnection.batchLimit else {
                throw .malformed("more than \(LibvirtConnection.batchLimit) bytes in answer to \(calls.count) calls")
            }
            answered += try takePackets(of: calls, first: first, into: &answers)
        }
        return answers.compactMap { $0 }
    }

    /// Takes every whole packet from the input.
    /// - Returns: how many answers there were among them.
    private func takePackets(
        of calls: [RemoteCall], first: UInt32, into answers: inout [RemoteAnswer?]
    ) throws(ConnectionFault) -> Int {
        var offset = 0
        var taken = 0
        var stray: UInt32?
        do throws(XDRFault) {
            while let length = try PacketHeader.length(in: input, at: offset), input.count - offset >= length {
                defer { offset += length }
                let packet = Array(input[offset..<(offset + length)])
                var reader = XDRReader(packet)
                let header = try PacketHeader(reading: &reader)
                // Keep-alive pings and events that nobody asked for are passed over.
                guard header.program == PacketHeader.remoteProgram, header.kind == PacketHeader.Kind.reply.rawValue
                else { continue }
                let index = Int(header.serial &- first)
                guard index < calls.count, answers[index] == nil, header.procedure == calls[index].procedure.rawValue
                else {
                    stray = header.serial
                    break
                }
                answers[index] =
                    header.status == 0 ? .fine(reader) : .refused(try RemoteError(reading: &reader))
                taken += 1
            }
        } catch {
            throw .malformed("\(error)")
        }
        if let stray { throw .malformed("an answer to call \(stray), which was not made or has its answer") }
        if offset > 0 { input.removeFirst(offset) }
        return taken
    }

    private func authenticate(_ patience: Patience) throws(ConnectionFault) {
        let answers = try ask([RemoteCall(.authList)], within: patience.reading)
        var kinds: [Int32] = []
        switch answers[0] {
        case .refused(let error): throw .refused(error)
        case .fine(var reader):
            do throws(XDRFault) {
                for _ in 0..<(try reader.count(elementSize: 4)) { kinds.append(try reader.signed()) }
            } catch {
                throw .malformed("the list of authentications: \(error)")
            }
        }
        if kinds.contains(0) { return }
        guard kinds.contains(2) else {
            throw .authentication("\(endpoint.path) wants an authentication that the agent does not know (\(kinds))")
        }
        if case .refused(let error) = try ask([RemoteCall(.authPolkit)], within: patience.reading)[0] {
            throw .authentication("\(endpoint.path) wants polkit's leave, which was not given: \(error)")
        }
    }
}
