import AgentWire
package import NestingModel

extension CorrectionRequest {
    /// All that is wrong with an order by itself; empty where it may be taken.
    package var faults: [String] {
        var faults: [String] = []
        if JournalName.file(for: id) == nil { faults.append("id must be 1 to about 190 printable ASCII characters") }
        if !(1...86_400).contains(shutdownSeconds) {
            faults.append("shutdownSeconds must be 1 to 86400, is \(shutdownSeconds)")
        }
        if !(1...86_400).contains(startSeconds) { faults.append("startSeconds must be 1 to 86400, is \(startSeconds)") }
        if !(0...604_800).contains(holdSeconds) { faults.append("holdSeconds must be 0 to 604800, is \(holdSeconds)") }
        switch verb {
        case .setGuest: faults += settingFaults
        case .drainGuests: faults += drainingFaults
        case .unknown: faults.append("the verb is not one that this agent knows")
        }
        return faults
    }

    private var settingFaults: [String] {
        var faults: [String] = []
        if !Self.isUUID(guest ?? "") { faults.append("guest must be a lower-case UUID, is \((guest ?? "").quoted)") }
        if (definitionDigest ?? "").isEmpty { faults.append("definitionDigest is missing") }
        if !guests.isEmpty { faults.append("guests must be empty for guest.set") }
        guard let change, !change.isEmpty else { return faults + ["change is empty"] }
        if let memory = change.startupMemory, !(1 << 20...1 << 50).contains(memory) {
            faults.append("change.startupMemory must be 1 MiB to 1 PiB, is \(memory)")
        }
        if let maximum = change.maximumMemory, maximum < change.startupMemory ?? .max || maximum > 1 << 50 {
            faults.append("change.maximumMemory must be from change.startupMemory to 1 PiB, is \(maximum)")
        }
        if change.maximumMemory != nil, change.dynamicMemory != nil {
            faults.append("change.maximumMemory and change.dynamicMemory exclude each other")
        }
        if let vcpus = change.maximumVCPUs, !(1...4096).contains(vcpus) {
            faults.append("change.maximumVCPUs must be 1 to 4096, is \(vcpus)")
        }
        if change.dynamicMemory == true { faults.append("change.dynamicMemory can only be set to false") }
        return faults
    }

    private var drainingFaults: [String] {
        var faults: [String] = []
        if guest != nil { faults.append("guest must be left out for guests.drain") }
        if change != nil { faults.append("change must be left out for guests.drain") }
        if guests.count > 4096 { faults.append("guests must be at most 4096, are \(guests.count)") }
        for guest in guests.prefix(4096) where !Self.isUUID(guest) {
            faults.append("guests must be lower-case UUIDs, one is \(guest.quoted)")
        }
        if Set(guests).count != guests.count { faults.append("guests names one twice") }
        return faults
    }

    private static func isUUID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return false }
        return bytes.indices.allSatisfy { index in
            if [8, 13, 18, 23].contains(index) { return bytes[index] == UInt8(ascii: "-") }
            return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(bytes[index])
        }
    }
}

extension [CorrectionRequest] {
    /// All that is wrong with a batch, each with its place.
    package var faults: [String] {
        if isEmpty { return ["corrections is empty"] }
        if count > WireLimits.corrections {
            return ["corrections must be at most \(WireLimits.corrections), are \(count)"]
        }
        var faults = enumerated().flatMap { place, request in request.faults.map { "corrections[\(place)]: \($0)" } }
        var ids: Set<String> = []
        for (place, request) in enumerated() where !ids.insert(request.id).inserted {
            faults.append("corrections[\(place)]: the id \(request.id.quoted) is there twice")
        }
        return faults
    }
}
